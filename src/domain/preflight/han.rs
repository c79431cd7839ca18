//! Which way of writing Chinese a text is in: simplified, traditional, or Japanese without kana.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Of the characters that only simplified Chinese has, the most frequent: those that CLDR's transform makes traditional and the other way
/// leaves alone. JIS X 0208 has none of them, so Japanese is not written with them.
const SIMPLIFIED: &str = "\
    专业东丝两严丧临为丽举么义乌乐习乡书买亚产亩亲亿仅仪们众优伟传伤伦侧倾储兰关兴养冈军农净减凤凯击刘则刚创别剂剑剧劝办务动劲劳势华协单\
    卖卢卫厅历厉压县发变叹吓吗吨启吴员响团园围图圆圣场块坚坛墙壳处备复够头夺奋奖妇妈孙宁实审宪宫宽宾对寻导尔层岁岂岗岛岭币帅师帐带帮庆库\
    应庙废开异张弹强归录彻忧怀态总恶悬惊惯愤戏战户扑执扩扫扬抚抢护报拟拥择挥损换摄摆摇敌时显晓暂术杀杂权杨构枪标树样桥检欢毁毕汇汉汤沟泽\
    测济浓润涨渐渔滚满灭灵灾炼烦烧热爱爷牵环现电疗盐监盘矿码础离积稳穷竞笔签简类紧红纤约级纪纯纲纳纵纷纸纺线练组细织终绍经结绕绘给络绝统\
    绣继绩绪续维综绿缓编缘缩罗罚罢职联肃肠胶脏脑脸腾舰艺节苏荆荡荣药莲获营萨蓝虑虽补袭见观规视览觉计订认讨让训议讯记讲许论设访证评识诉词\
    诏译试诗诚话询该详语误说请诸诺读课谁调谈谋谓谢贝负贡财责贤败货质贫购贯贴贵贷贸费贼资赋赏赖赛赞赵赶趋跃车转轮软轰轻载较辅辆辈辉辑输辖\
    边辽达迁过运还这进远违连迟选递遗邓邮邻郑释针钟钢钱铁铜银铺销锁锅锋错锛锦键镇镜长门闪闭问闯闲间闹闻阁阅阔队阳阴阵阶际陆陈陕险隐难韦韩\
    页顶顷项顺须顾顿颁预领颇频颗题颜额风飞饭饮饰馆马驱驻驾骂验骑鱼鲁鲜鸟鸡鸿齐龄龙\
    ";

/// Those of them that Japanese has too.
const SHARED: &str = "\
    与个乱争从会体儿内册写冲决况凉凭区医却参双号听国坏壮声奥学宝寿将尽届属峡并庄弃当径惨担数断无旧晋机条来档梦楼横欧残气没泪浅温湾湿潜灯\
    点烟状犹独猪献画盖盗礼称税粮网胆脉脚脱莱蒋虚装触誉践辞迹随隶静麦黄\
    ";

/// Of the characters that only traditional Chinese has, the most frequent. Japanese has many of them, in names above all.
const TRADITIONAL: &str = "\
    並亂亞佈佔併來侷係俬個們倖倫側備傢傳傷傾僅價儀億儘優兒內兩別則剛創劃劇劉劍劑動務勝勞勢匯區協卻參吳員唸問喫單嗎噸噹嚮嚴國圍園圓圖團埰\
    執堅報場塊墻壇壓壜壞壯夠夢奧奪奬奮婦媽孃孫學宮實寧審寫寬寶將專尋對導屆層屬島峽崗嶺巖師帶幣幫幹幾庫廟廠廢廣廳張強彆彈彙彿後徑從復惡愛\
    態慮慶慾憲應懞懷戰戲戶捲掛採揚換揮損搖搶摺擁擇擊擔據擴擺敗敵數斷昇時曆曏書會東條楊業極榮構槍樂樑樓標樣樹橋機橫檢檯權歐歡歲歷歸殘殺氣\
    氾汎決沒沖況淚減測準溫滅滿漢漸潛潤澤濟灣為烏無煙熱燈燒營爭爲爺爾牀牆狀獎獨獲獻現環產産畢畫異當痠療發盃盡監盤眞眾睏確碼礎礦祕禦禮稅種\
    稱穀積穩穫競筆箇節範築簡簽籤糧糰紀約紅納純紙級紛紡細紹終組結絕絡給統絲絶經綜綠綫維網綵緊緑線緣編緩練緻縣縮縱總績織繫繼續纍纔罈罎罵罷\
    羅羣義習翫聖聞聯聲職聽脈脫腦腳臉臨臺與興舉舊艦荊莊華菸萬葉葯蒐蓆蓋蓮薩藝藥蘇蘭處虛號蟲衆術衚衛衝裏補裝裡製複襬覈見規視親覺觀觸訂計訊\
    討訓託記訪設許訴註証評詞試詩話該誌認語誤說説誰課調談請論諸諾謀謂講謝證識議護譽讀變讓豐貝負財貢貧貨責貴買費貼貿資賊賣質購賽趕趙跡蹟躍\
    車軍軟較載輕輩輪輯輸轄轉辦農迴這連週進遊運過達遠適選遺還邊鄉醫釋針鉅銀銅銷鋪鋼錄錛錢錯録錶鍾鎮鏡鐘鐵長門閃閉開間闆闇關陞陣陰陳陸陽隊\
    階際隨險隱隻雖雙雜雞離難雲電靈靜韋韓響頁頂項順須預頓領頭頻題額願類顧顯風颱飛飯飲養餘館馬駐駡騎驗驚體髮鬆鬍鬚鬥鬧魚魯鮮鷄鹽麗麥麯麵麼\
    黃點黨齊齣龍\
    ";

static ONLY: LazyLock<[HashSet<char>; 3]> = LazyLock::new(|| [SIMPLIFIED, SHARED, TRADITIONAL].map(|set| set.chars().collect()));

/// How many characters of each way of writing a text has that the others do not.
#[derive(Clone, Copy)]
pub(super) struct Han {
    /// Only of simplified Chinese, and not of Japanese.
    chinese: usize,
    simplified: usize,
    traditional: usize,
}

impl Han {
    pub(super) fn of(text: &str) -> Self {
        let [simplified, shared, traditional] = &*ONLY;
        let count = |set: &HashSet<char>| text.chars().filter(|c| set.contains(c)).count();
        let chinese = count(simplified);
        Self { chinese, simplified: chinese.saturating_add(count(shared)), traditional: count(traditional) }
    }

    /// The other way of writing Chinese, if a text that should be in `script` (`Hans`, `Hant`) is in that one. A name may be in either.
    pub(super) fn other_than(self, script: &str) -> Option<&'static str> {
        match script {
            "Hans" if self.traditional > self.simplified => Some("traditional Chinese"),
            "Hant" if self.simplified > self.traditional => Some("simplified Chinese"),
            _ => None,
        }
    }

    /// True for a text that has what Japanese does not write.
    pub(super) const fn is_chinese(self) -> bool {
        self.chinese > 0
    }
}
