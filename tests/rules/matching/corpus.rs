//! Sentences of made-up news in eight scripts, out of words that news is made of: nobody's text, and as different as sentences are.

/// A source of numbers that is the same in every run (`SplitMix64`).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`, which is not 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n).unwrap()).unwrap()
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A sentence as the words that an editor changes, and what stands between them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Words {
    pub(crate) all: Vec<String>,
    pub(crate) space: &'static str,
}

impl Words {
    pub(crate) fn text(&self) -> String {
        self.all.join(self.space)
    }
}

/// Where sentences come from.
pub(crate) trait Corpus {
    fn sentence(&self, chance: &mut Chance) -> Words;
}

/// A language: words that hold sentences together, words that they are about, syllables of names, digits, and what ends a sentence.
#[derive(Clone)]
pub(crate) struct Tongue {
    small: &'static str,
    large: &'static str,
    syllables: &'static str,
    zero: char,
    end: &'static str,
    space: &'static str,
}

impl Corpus for Tongue {
    fn sentence(&self, chance: &mut Chance) -> Words {
        let split = |words: &'static str| words.split_whitespace().collect::<Vec<_>>();
        let (small, large, syllables) = (split(self.small), split(self.large), split(self.syllables));
        let mut all = Vec::new();
        for _ in 0..5 + chance.below(9) {
            all.push(match chance.below(10) {
                0 => (0..=chance.below(3))
                    .map(|_| char::from_u32(u32::from(self.zero) + u32::try_from(chance.below(10)).unwrap()).unwrap())
                    .collect(),
                1..4 => (0..2 + chance.below(3)).map(|_| *chance.pick(&syllables)).collect(),
                4..8 => format!("{}{}", chance.pick(&large), chance.pick(&syllables)),
                _ => (*chance.pick(&large)).to_owned(),
            });
            if chance.percent(40) {
                all.push((*chance.pick(&small)).to_owned());
            }
        }
        all.last_mut().unwrap().push_str(self.end);
        Words { all, space: self.space }
    }
}

pub(crate) const TONGUES: [Tongue; 8] = [
    Tongue {
        small: "the a of in on at to and but for with from by that which after before as was is has had will over under their its",
        large: "river bridge minister council budget harvest striker parliament hospital teacher railway verdict festival monsoon cyclone market \
                election farmer factory border police witness tribunal museum orchestra vaccine satellite drought reservoir airport committee \
                governor opposition manifesto inflation currency exports pension subsidy refugee ceasefire embassy treaty summit glacier wildfire \
                earthquake evacuation shelter volunteer champion goalkeeper referee stadium qualifier innings wicket marathon archive manuscript \
                novelist sculptor premiere broadcaster journalist editor campus tuition scholarship laboratory researcher telescope battery \
                pipeline refinery turbine emissions forest tiger elephant fisherman harbour lighthouse ferry tunnel motorway collision \
                ambulance surgeon epidemic outbreak clinic nurse announced refused warned opened closed promised delayed rejected approved \
                collapsed recovered protested negotiated questioned celebrated published inspected demolished flooded rescued",
        syllables: "Ka Mar Ren Dol Vis Ton Bel Ash Ford Wick Ley Ham Sor Pen Gal Tre",
        zero: '0',
        end: ".",
        space: " ",
    },
    Tongue {
        small: "के की का में पर से को ने और लेकिन भी यह वह तथा था थी है हैं था कि जो लिए साथ बाद पहले",
        large: "नदी पुल मंत्री परिषद बजट फसल संसद अस्पताल शिक्षक रेलवे फैसला त्योहार मानसून चक्रवात बाजार चुनाव किसान कारखाना सीमा पुलिस गवाह न्यायाधिकरण \
                संग्रहालय टीका उपग्रह सूखा जलाशय हवाईअड्डा समिति राज्यपाल विपक्ष घोषणापत्र महंगाई मुद्रा निर्यात पेंशन सब्सिडी शरणार्थी युद्धविराम दूतावास संधि \
                शिखर हिमनद भूकंप आश्रय स्वयंसेवक विजेता गोलरक्षक मैदान पारी विकेट पांडुलिपि उपन्यासकार मूर्तिकार पत्रकार संपादक परिसर छात्रवृत्ति प्रयोगशाला \
                शोधकर्ता दूरबीन बैटरी पाइपलाइन उत्सर्जन जंगल बाघ हाथी मछुआरा बंदरगाह सुरंग राजमार्ग टक्कर महामारी नर्स ठुकराया चेताया खोला टाला स्वीकारा ढहा \
                सुधरा पूछा मनाया छापा जांचा गिराया डूबा बचाया विश्वविद्यालय मजदूर बिजली पेयजल गठबंधन",
        syllables: "का मा रे दो वी तन बल शा पुर गढ़ ली हम सोर पन गल त्रि",
        zero: '०',
        end: "।",
        space: " ",
    },
    Tongue {
        small: "ও এবং কিন্তু এই সেই যে জন্য সঙ্গে পরে আগে থেকে উপর নিচে হয় ছিল হবে তার তাদের না আর তবে",
        large: "নদী সেতু মন্ত্রী পরিষদ বাজেট ফসল সংসদ হাসপাতাল শিক্ষক রেলপথ রায় উৎসব বর্ষা ঘূর্ণিঝড় বাজার নির্বাচন কৃষক কারখানা সীমান্ত পুলিশ সাক্ষী আদালত \
                জাদুঘর টিকা উপগ্রহ খরা জলাধার বিমানবন্দর কমিটি রাজ্যপাল বিরোধী ইশতেহার মূল্যবৃদ্ধি মুদ্রা রপ্তানি অবসরভাতা ভর্তুকি শরণার্থী যুদ্ধবিরতি দূতাবাস চুক্তি \
                শীর্ষসম্মেলন হিমবাহ ভূমিকম্প আশ্রয় স্বেচ্ছাসেবক বিজয়ী গোলরক্ষক মাঠ ইনিংস উইকেট পাণ্ডুলিপি ঔপন্যাসিক ভাস্কর সাংবাদিক সম্পাদক বৃত্তি গবেষণাগার \
                দূরবীন ব্যাটারি নির্গমন অরণ্য বাঘ হাতি জেলে বন্দর সুড়ঙ্গ মহাসড়ক সংঘর্ষ মহামারি সেবিকা জানালেন ফেরালেন খুললেন পিছোল ধসল ডুবল বাঁচাল বিশ্ববিদ্যালয় শ্রমিক \
                বিদ্যুৎ জোট মেয়র অনুদান তদন্ত প্রতিবেদন",
        syllables: "কা মা রে দো ভি তন বল শা পুর গড় লি হাম সোর পন গল ত্রি",
        zero: '০',
        end: "।",
        space: " ",
    },
    Tongue {
        small: "ಮತ್ತು ಆದರೆ ಈ ಆ ಎಂದು ಗಾಗಿ ಜೊತೆ ನಂತರ ಮೊದಲು ಇಂದ ಮೇಲೆ ಕೆಳಗೆ ಇದೆ ಇತ್ತು ಅವರ ಇಲ್ಲ ಕೂಡ ಹಾಗೂ",
        large: "ನದಿ ಸೇತುವೆ ಸಚಿವ ಪರಿಷತ್ತು ಬಜೆಟ್ ಬೆಳೆ ಸಂಸತ್ತು ಆಸ್ಪತ್ರೆ ಶಿಕ್ಷಕ ರೈಲ್ವೆ ತೀರ್ಪು ಹಬ್ಬ ಮುಂಗಾರು ಚಂಡಮಾರುತ ಮಾರುಕಟ್ಟೆ ಚುನಾವಣೆ ರೈತ ಕಾರ್ಖಾನೆ ಗಡಿ ಪೊಲೀಸ್ ಸಾಕ್ಷಿ \
                ನ್ಯಾಯಾಲಯ ವಸ್ತುಸಂಗ್ರಹಾಲಯ ಲಸಿಕೆ ಉಪಗ್ರಹ ಬರಗಾಲ ಜಲಾಶಯ ವಿಮಾನನಿಲ್ದಾಣ ಸಮಿತಿ ರಾಜ್ಯಪಾಲ ಪ್ರತಿಪಕ್ಷ ಪ್ರಣಾಳಿಕೆ ಹಣದುಬ್ಬರ ಕರೆನ್ಸಿ ರಫ್ತು ಪಿಂಚಣಿ ಸಹಾಯಧನ ನಿರಾಶ್ರಿತ \
                ಕದನವಿರಾಮ ರಾಯಭಾರ ಒಪ್ಪಂದ ಶೃಂಗಸಭೆ ಹಿಮನದಿ ಭೂಕಂಪ ಆಶ್ರಯ ಸ್ವಯಂಸೇವಕ ವಿಜೇತ ಕ್ರೀಡಾಂಗಣ ಇನಿಂಗ್ಸ್ ವಿಕೆಟ್ ಹಸ್ತಪ್ರತಿ ಕಾದಂಬರಿಕಾರ ಶಿಲ್ಪಿ ಪತ್ರಕರ್ತ ಸಂಪಾದಕ \
                ವಿದ್ಯಾರ್ಥಿವೇತನ ಪ್ರಯೋಗಾಲಯ ದೂರದರ್ಶಕ ಬ್ಯಾಟರಿ ಅರಣ್ಯ ಹುಲಿ ಆನೆ ಮೀನುಗಾರ ಬಂದರು ಸುರಂಗ ಹೆದ್ದಾರಿ ಡಿಕ್ಕಿ ಸಾಂಕ್ರಾಮಿಕ ದಾದಿ ಘೋಷಿಸಿದರು ನಿರಾಕರಿಸಿದರು ತೆರೆದರು \
                ಮುಂದೂಡಿದರು ಕುಸಿಯಿತು ಮುಳುಗಿತು ರಕ್ಷಿಸಿದರು ವಿಶ್ವವಿದ್ಯಾಲಯ ಕಾರ್ಮಿಕ ವಿದ್ಯುತ್ ಮೈತ್ರಿ ತನಿಖೆ ವರದಿ",
        syllables: "ಕಾ ಮಾ ರೇ ದೋ ವಿ ತನ ಬಲ ಶಾ ಪುರ ಗಡ ಲಿ ಹಮ ಸೋರ ಪನ ಗಲ",
        zero: '೦',
        end: ".",
        space: " ",
    },
    Tongue {
        small: "は が を に で と も の から まで より には では へ として について による ため",
        large: "河川 橋 大臣 議会 予算 収穫 国会 病院 教師 鉄道 判決 祭り 台風 市場 選挙 農家 工場 国境 警察 証人 裁判所 博物館 ワクチン 衛星 干ばつ 貯水池 空港 委員会 知事 野党 \
                公約 物価 通貨 輸出 年金 補助金 難民 停戦 大使館 条約 首脳会談 氷河 地震 避難所 ボランティア 優勝者 審判 競技場 予選 マラソン 古文書 小説家 彫刻家 放送局 記者 編集者 \
                奨学金 研究所 望遠鏡 電池 製油所 風車 排出量 森林 トラ ゾウ 漁師 港 灯台 トンネル 高速道路 衝突 救急車 外科医 感染症 診療所 看護師 発表した 拒否した 警告した 開いた \
                閉鎖した 約束した 延期した 否決した 承認した 崩れた 回復した 抗議した 交渉した 祝った 出版した 点検した 取り壊した 浸水した 救助した",
        syllables: "山 川 田 中 島 本 村 野 原 崎 松 木 井 上 沢 藤",
        zero: '０',
        end: "。",
        space: "",
    },
    Tongue {
        small: "的 在 和 但 对 与 从 到 为 是 了 将 已 被 于 以 及 并",
        large: "河流 大桥 部长 议会 预算 收成 医院 教师 铁路 判决 节日 季风 台风 市场 选举 农民 工厂 边境 警方 证人 法庭 博物馆 疫苗 卫星 干旱 水库 机场 委员会 州长 反对党 宣言 \
                通胀 货币 出口 养老金 补贴 难民 停火 使馆 条约 峰会 冰川 山火 地震 疏散 避难所 志愿者 冠军 门将 裁判 体育场 预选赛 马拉松 档案 手稿 小说家 雕塑家 首映 广播公司 \
                记者 编辑 校园 学费 奖学金 实验室 研究员 望远镜 电池 管道 炼油厂 涡轮机 排放 森林 老虎 大象 渔民 港口 灯塔 渡轮 隧道 高速公路 相撞 救护车 外科医生 疫情 诊所 护士 \
                宣布 拒绝 警告 开放 关闭 承诺 推迟 否决 批准 倒塌 恢复 抗议 谈判 质疑 庆祝 出版 检查 拆除 淹没 营救",
        syllables: "安 伯 达 恩 格 海 卡 拉 马 尼 帕 萨 塔 维 亚 佐",
        zero: '0',
        end: "。",
        space: "",
    },
    Tongue {
        small: "และ แต่ ที่ ใน จาก ของ เพื่อ กับ ก่อน หลัง เป็น ได้ จะ ถูก ว่า โดย ต่อ ให้",
        large: "แม่น้ำ สะพาน รัฐมนตรี สภา งบประมาณ ผลผลิต โรงพยาบาล ครู รถไฟ คำตัดสิน เทศกาล มรสุม พายุ ตลาด เลือกตั้ง ชาวนา โรงงาน ชายแดน ตำรวจ พยาน ศาล พิพิธภัณฑ์ วัคซีน ดาวเทียม \
                ภัยแล้ง อ่างเก็บน้ำ สนามบิน คณะกรรมการ ผู้ว่าการ ฝ่ายค้าน นโยบาย เงินเฟ้อ สกุลเงิน ส่งออก บำนาญ เงินอุดหนุน ผู้ลี้ภัย หยุดยิง สถานทูต สนธิสัญญา ธารน้ำแข็ง ไฟป่า แผ่นดินไหว \
                อพยพ ที่พักพิง อาสาสมัคร แชมป์ ผู้รักษาประตู กรรมการ สนามกีฬา มาราธอน จดหมายเหตุ นักเขียน ประติมากร ผู้สื่อข่าว บรรณาธิการ ทุนการศึกษา ห้องทดลอง นักวิจัย กล้องโทรทรรศน์ \
                แบตเตอรี่ ท่อส่ง โรงกลั่น กังหัน ป่าไม้ เสือ ช้าง ชาวประมง ท่าเรือ ประภาคาร อุโมงค์ ทางด่วน ชนกัน รถพยาบาล ศัลยแพทย์ โรคระบาด คลินิก พยาบาล ประกาศ ปฏิเสธ เตือน เปิด ปิด \
                สัญญา เลื่อน อนุมัติ ถล่ม ฟื้นตัว ประท้วง เจรจา ฉลอง ตีพิมพ์ ตรวจสอบ รื้อถอน น้ำท่วม ช่วยเหลือ",
        syllables: "กา มา เร โด วิ ตัน บล ชา ปูร ลี ฮาม ซอ เพน กล",
        zero: '๐',
        end: "",
        space: "",
    },
    Tongue {
        small: "في من إلى على عن مع و لكن التي الذي بعد قبل كان كانت قد أن هذا هذه بين خلال",
        large: "النهر الجسر الوزير المجلس الميزانية الحصاد البرلمان المستشفى المعلم القطار الحكم المهرجان الأمطار الإعصار السوق الانتخابات المزارع المصنع الحدود الشرطة الشاهد المحكمة المتحف اللقاح \
                القمر الجفاف الخزان المطار اللجنة الحاكم المعارضة البيان التضخم العملة الصادرات التقاعد الدعم اللاجئ الهدنة السفارة المعاهدة القمة الجليد الحريق الزلزال الإجلاء الملجأ المتطوع البطل \
                الحارس الحكم الملعب التصفيات الماراثون الأرشيف المخطوطة الروائي النحات الصحفي المحرر الجامعة المنحة المختبر الباحث التلسكوب البطارية الأنبوب المصفاة التوربين الانبعاثات الغابة \
                النمر الفيل الصياد الميناء المنارة العبارة النفق الطريق التصادم الإسعاف الجراح الوباء العيادة الممرضة أعلن رفض حذر افتتح أغلق وعد أجل أقر انهار تعافى احتج تفاوض احتفل نشر فحص هدم غمر أنقذ",
        syllables: "كا مار رين دول في تون بل شا بور غار لي هام سور",
        zero: '٠',
        end: ".",
        space: " ",
    },
];
