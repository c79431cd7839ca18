//! Words that a language says all the time: articles, particles, pronouns, auxiliaries. They weigh little where stories are ranked, and are looked
//! for like any other: `the who` is a band, and `to be or not to be` a question.

pub(super) const ENGLISH: &str = "while a an the and or but nor so if then than as at by for from in into of off on onto out over to up with without about
    after before between during through under until he she it its they them their his her him we us our you your i me my this that these those
    there here who whom whose which what when where why how is are was were be been being am do does did done has have had having will would shall
    should can could may might must not no yes also just only very more most some any all both each few other such own same too now s t said says";

pub(super) const HINDI: &str = "का के की को से में पर ने तक है हैं था थे थी थीं हो होता होती होते हुआ हुई हुए होने होना होगा होगी होंगे हूं और या एवं तथा भी ही तो न
    नहीं मत यह ये यही वह वे वही इस इसे इसके इसकी इसका इसने इन इनके इनकी इनका इन्हें इन्होंने उस उसे उसके उसकी उसका उसने उन उनके उनकी उनका उन्हें उन्होंने जो जिस जिसे जिसके
    जिसकी जिसका जिसने जिन जिनके जिनकी जिन्हें कि कोई कुछ किसी कौन क्या क्यों कैसे कब कहां जब तब अब जहां यहां वहां मैं मुझे मेरा मेरी मेरे हम हमें हमारा हमारी हमारे
    आप आपको आपका आपकी आपके तुम अपना अपनी अपने एक लिए साथ बाद द्वारा लेकिन अगर यदि फिर बहुत सब सभी कर करना करने करता करते करती किया किए की गया गई गए जा रहा रही रहे
    सकता सकते सकती दिया दी दिए लिया वाला वाली वाले कहा";

pub(super) const BENGALI: &str = "এবং ও আর বা কিন্তু যে যা যদি তবে তাহলে না নয় নি নেই হয় হয়ে হয়েছে হয়েছিল হবে হচ্ছে হতে হল হলো হলে ছিল ছিলেন ছিলো আছে আছেন এই এ এটি এটা এর একে এরা
    এদের এখন এখানে ওই ওর ওরা সে সেই সেটি সেটা সেখানে তা তার তারা তাদের তাকে তাঁর তাঁরা তাঁদের তাঁকে তিনি আমি আমার আমাকে আমরা আমাদের আপনি আপনার তুমি তোমার কি কী কে কেন কোন কোনো কখন
    কোথায় কিছু কেউ যিনি যার যারা যাদের যখন যেখানে তখন সব সকল একটি একটা এক একজন করে করা করতে করেন করেছে করেছেন করেছিল করেছিলেন করবে করার জন্য থেকে সঙ্গে সাথে পর পরে আগে মধ্যে দিয়ে
    নিয়ে দ্বারা পর্যন্ত উপর ওপর প্রতি মতো মত শুধু খুব আরও অনেক বলেন বলেছেন বলে গেছে যায় তো হিসেবে হিসাবে";

pub(super) const MARATHI: &str = "आणि व किंवा पण परंतु मात्र तर जर की म्हणून हा ही हे या यांच्या यांनी यांना याला याच्या त्या तो ती ते त्याने त्याला त्याच्या त्यांनी त्यांना त्यांच्या
    तिने तिला तिच्या आहे आहेत आहे होता होती होते होत होऊन असे अशी असा असून असेल असलेल्या नाही नाहीत नव्हे मी मला माझ्या आम्ही आम्हाला आपण आपल्या तुम्ही जो जी जे ज्या ज्याने काय कोण कसे कधी
    कुठे का एक अनेक काही सर्व इतर खूप फक्त केवळ करून केली केले केला करत करण्यात येत आला आली आले गेला गेली गेले झाला झाली झाले साठी मध्ये वर नंतर पूर्वी येथे तेथे आता तेव्हा जेव्हा सांगितले";

pub(super) const GUJARATI: &str = "અને કે પણ તો જો તથા અથવા છે છું છીએ છો હતો હતી હતા હતું હશે હોય થાય થયો થઈ થયું થયા આ એ તે તેઓ તેમણે તેને તેના તેની તેનો તેનું તેમના તેમની આના આની જે જેને
    જેમાં શું કોણ કેમ ક્યાં ક્યારે કેવી હું મને મારો મારી અમે અમને આપણે તમે એક કોઈ કેટલાક બધા માટે સાથે પર માં થી ના ની નો નું ને પછી પહેલા દ્વારા નથી નહીં ન જ કરી કરે કરવા કર્યું કર્યો
    રહ્યા રહ્યો રહી ગયો ગઈ જણાવ્યું";

pub(super) const PUNJABI: &str =
    "ਦਾ ਦੇ ਦੀ ਦੀਆਂ ਨੂੰ ਨੇ ਵਿੱਚ ਵਿਚ ਤੇ ਉੱਤੇ ਤੋਂ ਨਾਲ ਲਈ ਤੱਕ ਅਤੇ ਜਾਂ ਪਰ ਕਿ ਜੇ ਤਾਂ ਵੀ ਹੀ ਹੈ ਹਨ ਸੀ ਸਨ ਹੋ ਹੋਇਆ ਹੋਈ ਹੋਏ ਹੋਣ ਹੋਵੇਗਾ ਇਹ ਉਹ ਇਸ ਉਸ ਇਨ੍ਹਾਂ ਉਨ੍ਹਾਂ
    ਜੋ ਜਿਸ ਕੀ ਕੌਣ ਕਿਉਂ ਕਿਵੇਂ ਕਦੋਂ ਕਿੱਥੇ ਮੈਂ ਮੇਰਾ ਅਸੀਂ ਸਾਡਾ ਤੁਸੀਂ ਆਪਣੇ ਆਪਣੀ ਇੱਕ ਇਕ ਕੋਈ ਕੁਝ ਸਾਰੇ ਨਹੀਂ ਨਾ ਕਰ ਕਰਨ ਕੀਤਾ ਕੀਤੀ ਗਿਆ ਗਈ ਗਏ ਰਿਹਾ ਰਹੀ ਰਹੇ ਕਿਹਾ ਬਾਅਦ";

pub(super) const KANNADA: &str = "ಮತ್ತು ಅಥವಾ ಆದರೆ ಹಾಗೂ ಈ ಆ ಇದು ಅದು ಇವು ಅವು ಇದರ ಅದರ ಇದನ್ನು ಅದನ್ನು ಅವರು ಅವರ ಅವರಿಗೆ ಅವರನ್ನು ಅವನು ಅವನ ಅವಳು ಅವಳ ನಾನು ನನ್ನ ನನಗೆ ನಾವು ನಮ್ಮ ನಮಗೆ ನೀವು ನಿಮ್ಮ ನೀನು ತಮ್ಮ
    ತನ್ನ ಅವಳು ಎಂದು ಎಂಬ ಎಂದರು ಎಂದಿದ್ದಾರೆ ಹೇಳಿದರು ಹೇಳಿದ್ದಾರೆ ಒಂದು ಒಬ್ಬ ಇದೆ ಇದ್ದ ಇದ್ದರು ಇದ್ದಾರೆ ಇಲ್ಲ ಇರುವ ಅಲ್ಲ ಆಗಿದೆ ಆಗಿದ್ದಾರೆ ಆಗಿ ಆಗಿದ್ದ ಆದ ಮಾಡಿದ ಮಾಡಲು ಮಾಡಿ ಮಾಡುವ ಏನು ಯಾರು ಏಕೆ ಹೇಗೆ ಯಾವ ಯಾವಾಗ
    ಎಲ್ಲಿ ಎಲ್ಲಾ ಎಲ್ಲ ಕೆಲವು ಅನೇಕ ಹೆಚ್ಚು ಮೇಲೆ ಬಗ್ಗೆ ನಂತರ ಮೊದಲು ಇಂದ ಜೊತೆ ಜೊತೆಗೆ ಮೂಲಕ ಕೂಡ ಸಹ ಮಾತ್ರ ಅಲ್ಲಿ ಇಲ್ಲಿ ಈಗ ಆಗ ಇನ್ನೂ ಇತರ ಹಾಗೆ ಹೀಗೆ ಬಹಳ ತುಂಬಾ";

pub(super) const TELUGU: &str = "మరియు లేదా కానీ కాని కూడా ఈ ఆ ఇది అది ఇవి అవి ఇందులో అందులో దీని దాని వారు వారి వారికి అతను అతని ఆయన ఆమె నేను నా నాకు మేము మనం మన మా మీరు మీ తమ తన అని అనే
    అన్నారు చెప్పారు ఒక ఉంది ఉన్న ఉన్నాయి ఉన్నారు లేదు లేరు కాదు అయిన అయితే అయ్యింది చేసిన చేసి చేసే చేశారు ఏమి ఎవరు ఎందుకు ఎలా ఏ ఎప్పుడు ఎక్కడ అన్ని కొన్ని చాలా ఎక్కువ మీద గురించి తర్వాత ముందు
    నుంచి నుండి తో కోసం వరకు ద్వారా మాత్రమే అక్కడ ఇక్కడ ఇప్పుడు అప్పుడు ఇతర";

pub(super) const MALAYALAM: &str = "ഒരു ഈ ആ ഇത് അത് ഇവ അവ ഇതിന്റെ അതിന്റെ അവർ അവരുടെ അവൻ അവന്റെ അവൾ അവളുടെ അദ്ദേഹം അദ്ദേഹത്തിന്റെ ഞാൻ എന്റെ എനിക്ക് ഞങ്ങൾ ഞങ്ങളുടെ നമ്മുടെ നിങ്ങൾ നിങ്ങളുടെ തന്റെ എന്ന് എന്ന എന്നാൽ എന്നും
    പറഞ്ഞു പറഞ്ഞ ഉണ്ട് ഉള്ള ഇല്ല അല്ല ആണ് ആയ ആയിരുന്നു ആയി ചെയ്തു ചെയ്ത ചെയ്യുന്ന എന്ത് ആര് എന്തുകൊണ്ട് എങ്ങനെ എപ്പോൾ എവിടെ എല്ലാ ചില വളരെ കൂടുതൽ കൂടി മേൽ കുറിച്ച് ശേഷം മുമ്പ് നിന്ന് കൊണ്ട് വേണ്ടി വരെ മാത്രം
    അവിടെ ഇവിടെ ഇപ്പോൾ മറ്റ് മറ്റു പക്ഷേ അഥവാ";

pub(super) const TAMIL: &str = "ஒரு இந்த அந்த இது அது இவை அவை இதன் அதன் அவர் அவர்கள் அவரது அவர்களின் அவன் அவள் நான் என் எனக்கு நாங்கள் நாம் எங்கள் நமது நீங்கள் உங்கள் தனது தன் தங்கள் என்று என்ற என்றும் என்றார் என
    கூறினார் உள்ளது உள்ள உள்ளன உள்ளார் இல்லை அல்ல ஆகும் ஆக இருந்து இருந்த இருந்தது செய்து செய்த செய்ய என்ன யார் ஏன் எப்படி எப்போது எங்கே எந்த அனைத்து சில பல மிகவும் மேலும் மேல் பற்றி பிறகு பின்னர் முன் மூலம் வரை
    மட்டும் அங்கு இங்கு இப்போது மற்றும் மற்ற அல்லது ஆனால் கூட போன்ற";

pub(super) const NEPALI: &str = "र वा तर पनि को का की ले लाई मा बाट देखि सम्म हो छ छन् थियो थिए हुन्छ भएको भयो गरेको गरे गर्न गरेका यो यी त्यो ती उनी उनले उनको म मेरो हामी हाम्रो तपाईं के को किन कसरी कहिले कहाँ एक
    सबै केही धेरै नै त न होइन छैन अनि भने लागि साथ पछि अघि";

pub(super) const URDU: &str = "کا کے کی کو سے میں پر نے تک ہے ہیں تھا تھے تھی تھیں ہو ہوا ہوئی ہوئے ہوتا ہوتی ہوتے ہونے ہوگا اور یا بھی ہی تو نہ نہیں یہ وہ اس اسے ان انہیں انہوں جو جس جن کہ کوئی کچھ کسی کون کیا کیوں کیسے
    کب کہاں جب تب اب جہاں یہاں وہاں میں مجھے میرا میری ہم ہمیں ہمارا آپ آپ کا اپنا اپنی اپنے ایک لیے ساتھ بعد ذریعے لیکن اگر پھر بہت سب کر کرنا کرنے کرتے کرتا کیا گیا گئی گئے جا رہا رہی رہے سکتا سکتے دیا دی والے والی کہا";

pub(super) const ARABIC: &str = "من في على إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين ما لا لم لن أن إن ان كان كانت يكون قد هو هي هم هن أنا نحن أنت و ف ب ك ل أو ثم حتى إذا كل بعض غير بين بعد قبل عند منذ حيث كما
    أي لكن بل ليس وقد وقال قال وفي وهو وهي ومن به بها له لها فيه فيها منها منه عليه عليها";

pub(super) const PERSIAN: &str = "و در به از که این آن را با برای تا بر هم نیز یک است بود شد شده می های ها هر هیچ اما اگر یا چه چرا کجا کی چگونه او آنها ما شما من تو وی خود خویش باید دارد دارند داشت کرد کرده کند شود
    باشد نیست همه بین پس پیش نه گفت";

pub(super) const FRENCH: &str = "le la les un une des de du d l et ou mais donc or ni car que qui quoi dont où à au aux en dans par pour sur sous avec sans entre vers chez ce cet cette ces c il elle ils elles on nous vous
    je tu me te se lui leur leurs son sa ses mon ma mes notre nos votre vos est sont était étaient être été a ont avait avoir fait ne pas plus n s y si comme aussi très même tout tous toute";

pub(super) const SPANISH: &str = "el la los las un una unos unas de del al y o u e pero que quien cual cuando donde como en por para con sin sobre entre desde hasta a ante tras su sus mi mis tu tus se le les lo me te nos es son
    era eran fue fueron ser sido ha han había haber hay no sí ya más muy también este esta estos estas ese esa eso esto aquel si ni todo todos está están";

pub(super) const PORTUGUESE: &str = "o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela pelos pelas para com sem sobre entre até e ou mas que quem qual quando onde como se seu sua seus suas ele ela eles
    elas eu nós você me lhe é são era eram foi foram ser sido há tem têm não sim já mais muito também este esta isto esse essa isso ao aos à às";

pub(super) const ITALIAN: &str = "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla dai in nel nella nei nelle su sul sulla con per tra fra e ed o ma che chi cui quando dove
    come se non si ci vi ne suo sua suoi sue questo questa questi quello quella è sono era erano stato ha hanno aveva essere avere più anche molto";

pub(super) const ROMANIAN: &str = "și si în in de la cu pe din pentru prin un o unei unui ai ale al a cel cea cei cele care ce că sau dar nu mai este sunt era au fost fi se sa să lui ei lor el ea această acest acesta după între
    până fără când unde cum";

pub(super) const GERMAN: &str = "der die das den dem des ein eine einen einem einer eines und oder aber wenn als wie dass daß weil in im an am auf aus bei mit nach von vom zu zum zur für über unter vor durch gegen ohne um bis er sie
    es wir ihr ich du sich ihn ihm ihnen sein seine ihre ist sind war waren wird werden wurde wurden hat haben hatte hatten kann nicht auch noch nur so dann man dieser diese dieses";

pub(super) const DUTCH: &str = "de het een en of maar als dat die dit deze in op aan van voor met uit bij naar over door om tot te hij zij ze het we wij ik je u zich hem haar zijn hun is was waren wordt werd worden heeft hebben had niet
    ook nog al dan er zo meer";

pub(super) const SWEDISH: &str = "och eller men att som det den de en ett i på av för med till från om vid under över efter han hon vi jag du sig sin sitt sina är var varit har hade blir blev ska kan inte också nu så när där här denna
    detta dessa";

pub(super) const DANISH: &str = "og eller men at som det den de en et i på af for med til fra om ved under over efter han hun vi jeg du sig sin er var været har havde bliver blev skal kan ikke også nu så når der her denne dette disse";

pub(super) const NORWEGIAN: &str = "og eller men at som det den de en et ei i på av for med til fra om ved under over etter han hun vi jeg du seg sin er var vært har hadde blir ble skal kan ikke også nå så når der her denne dette disse";

pub(super) const FINNISH: &str = "ja tai mutta että joka jotka mikä se ne hän he minä sinä me te tämä tuo nämä on ovat oli olivat ollut olla ei eivät kun jos kuin niin myös vain nyt sitten";

pub(super) const HUNGARIAN: &str =
    "a az és vagy de hogy ha mint aki ami amely ez egy nem is van volt voltak lesz meg már még csak el ki be fel le";

pub(super) const TURKISH: &str = "ve veya ile bir bu şu o da de ki için gibi kadar daha çok en ne mi mı mu mü ama fakat ancak olarak olan oldu değil var yok her hiç ben sen biz siz onlar";

pub(super) const POLISH: &str = "i oraz lub albo ale że który która które w we z ze na do od po za o u dla przez przy pod nad się nie jest są był była było były być to ten ta te tym tego jak już tylko jego jej ich";

pub(super) const CZECH: &str = "a i nebo ale že který která které v ve z ze na do od po za o u pro při pod nad se si ne je jsou byl byla bylo byly být to ten ta tento tato jak už jen jeho její jejich";

pub(super) const INDONESIAN: &str = "yang dan di ke dari untuk dengan pada dalam ini itu adalah atau tetapi tidak akan telah sudah oleh sebagai juga karena ia dia mereka kami kita saya anda bisa ada";

pub(super) const RUSSIAN: &str = "и или но а в во на с со к ко по из от до за о об у при для над под без через что как это этот эта эти тот та те он она оно они мы вы я ты его ее её их им ему ей себя свой не ни же бы ли был была было
    были быть есть так уже только еще ещё который которая которые";

pub(super) const UKRAINIAN: &str = "і й та або але а в у на з із до по від за про при для над під без через що як це цей ця ці той він вона воно вони ми ви я ти його її їх їм себе свій не ні ж би чи був була було були бути є так вже
    тільки ще який яка які";

pub(super) const GREEK: &str = "ο η το οι τα του της των τον την τους τις ένας μια ένα και ή αλλά να θα δεν μη με σε στο στη στον στην στους στα από για ως που πως ότι αυτό αυτή αυτός είναι ήταν έχει έχουν";

pub(super) const VIETNAMESE: &str = "và của là có các những một được cho trong với đã không này đó để khi người ra vào lại cũng như từ ở về đến tại nhưng hay hoặc rằng thì mà do bị";

pub(super) const JAPANESE: &str = "の に は を た が で て と し れ さ ある いる も する から な こと として い や れる など なっ ない この ため その あっ よう また もの という あり まで られ なる へ か だ これ によって により
    おり より による ず なり られる において です ます でした ました";

pub(super) const CHINESE: &str = "的 了 在 是 和 与 與 也 都 就 而 及 或 对 對 把 被 这 這 那 个 個 之 他 她 它 们 們 我 你 您 有 不 很 要 会 會 能 于 於 为 為 从 從 到 以 上 下 中 说 說 着 著 将 將";

pub(super) const THAI: &str =
    "ที่ และ ของ ใน การ เป็น มี ได้ ไม่ ให้ ว่า จะ กับ จาก โดย นี้ นั้น ซึ่ง แต่ หรือ ก็ แล้ว ความ อยู่ ถึง เพื่อ มา ไป คือ อย่าง ด้วย เมื่อ ต้อง ยัง กว่า";
