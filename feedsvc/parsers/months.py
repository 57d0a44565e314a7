"""The names of months and weekdays in the languages of the sources, as dates are compared: lower case, no accents.

A language gives twelve fields; a field lists the forms that stand in dates (the genitive, where there is one) and the
usual abbreviations. What two languages use for different months ("listopada") is left to the one with more writers.
"""

import unicodedata
from functools import lru_cache

from feedsvc.parsers.persian import western
from feedsvc.patterns import pattern

_MONTHS = """
en january jan | february feb febr | march mar | april apr | may | june jun | july jul | august aug | september sep sept | october oct | november nov | december dec
de januar jan jänner jaenner | februar feb feber | märz mrz maerz | april apr | mai | juni jun | juli jul | august aug | september sep | oktober okt | november nov | dezember dez
fr janvier janv | février févr fév | mars | avril avr | mai | juin | juillet juil | août aout | septembre sept | octobre oct | novembre nov | décembre déc
es enero ene | febrero feb | marzo mar | abril abr | mayo may | junio jun | julio jul | agosto ago | septiembre setiembre sep set | octubre oct | noviembre nov | diciembre dic
ca gener gen | febrer febr | març | abril abr | maig | juny | juliol jul | agost | setembre set | octubre oct | novembre nov | desembre des
it gennaio gen | febbraio feb | marzo mar | aprile apr | maggio mag | giugno giu | luglio lug | agosto ago | settembre set sett | ottobre ott | novembre nov | dicembre dic
pt janeiro jan | fevereiro fev | março mar | abril abr | maio mai | junho jun | julho jul | agosto ago | setembro set | outubro out | novembro nov | dezembro dez
ro ianuarie ian | februarie feb | martie mar | aprilie apr | mai | iunie iun | iulie iul | august aug | septembrie sept | octombrie oct | noiembrie noi nov | decembrie dec
nl januari jan | februari feb | maart mrt | april apr | mei | juni jun | juli jul | augustus aug | september sep | oktober okt | november nov | december dec
af januarie | februarie | maart | april | mei | junie | julie | augustus | september | oktober | november | desember
sv januari jan | februari feb | mars | april apr | maj | juni jun | juli jul | augusti aug | september sep | oktober okt | november nov | december dec
da januar jan | februar febr | marts | april | maj | juni | juli | august | september | oktober | november | december
no januar | februar | mars | april | mai | juni | juli | august | september | oktober | november | desember des
is janúar | febrúar | mars | apríl | maí | júní | júlí | ágúst | september | október | nóvember | desember
fi tammikuuta tammikuu tammi | helmikuuta helmikuu helmi | maaliskuuta maaliskuu maalis | huhtikuuta huhtikuu huhti | toukokuuta toukokuu touko | kesäkuuta kesäkuu kesä | heinäkuuta heinäkuu heinä | elokuuta elokuu elo | syyskuuta syyskuu syys | lokakuuta lokakuu loka | marraskuuta marraskuu marras | joulukuuta joulukuu joulu
et jaanuar jaan | veebruar veebr | märts | aprill | mai | juuni | juuli | august | september sept | oktoober okt | november nov | detsember dets
lv janvāris janv | februāris febr | marts | aprīlis | maijs | jūnijs jūn | jūlijs jūl | augusts | septembris | oktobris | novembris | decembris
lt sausio | vasario | kovo | balandžio | gegužės | birželio | liepos | rugpjūčio | rugsėjo | spalio | lapkričio | gruodžio
pl stycznia styczeń sty | lutego luty lut | marca marzec mar | kwietnia kwiecień kwi | maja maj | czerwca czerwiec cze | lipca lipiec lip | sierpnia sierpień sie | września wrzesień wrz | października październik paź | listopada listopad lis | grudnia grudzień gru
cs ledna leden | února únor | března březen | dubna duben | května květen | června červen | července červenec | srpna srpen | září | října říjen | listopadu | prosince prosinec
sk januára | februára | marca marec | apríla | mája | júna | júla | augusta | septembra | októbra | novembra | decembra
sl januarja | februarja | marca | aprila | maja | junija | julija | avgusta | septembra | oktobra | novembra | decembra
hr siječnja siječanj | veljače veljača | ožujka ožujak | travnja travanj | svibnja svibanj | lipnja lipanj | srpnja srpanj | kolovoza kolovoz | rujna rujan | | studenoga studenog studeni | prosinca prosinac
sr januar | februar | mart | april | maj | jun | jul | avgust avg | septembar | oktobar | novembar | decembar
sq janar | shkurt | mars | prill | maj | qershor | korrik | gusht | shtator | tetor | nëntor | dhjetor
hu január | február | március márc | április ápr | május máj | június jún | július júl | augusztus aug | szeptember szept | október okt | november nov | december dec
tr ocak oca | şubat şub | mart | nisan nis | mayıs | haziran haz | temmuz tem | ağustos ağu | eylül eyl | ekim eki | kasım kas | aralık ara
az yanvar | fevral | mart | aprel | may | iyun | iyul | avqust | sentyabr | oktyabr | noyabr | dekabr
eu urtarrilaren | otsailaren | martxoaren | apirilaren | maiatzaren | ekainaren | uztailaren | abuztuaren | irailaren | urriaren | azaroaren | abenduaren
gl xaneiro | febreiro | marzo | abril | maio | xuño | xullo | agosto | setembro | outubro | novembro | decembro
cy ionawr | chwefror | mawrth | ebrill | mai | mehefin | gorffennaf | awst | medi | hydref | tachwedd | rhagfyr
ga eanáir | feabhra | márta | aibreán | bealtaine | meitheamh | iúil | lúnasa | | deireadh | samhain | nollaig
id januari | februari | maret | april | mei | juni | juli | agustus agu agt | september | oktober | november | desember
ms januari | februari | mac | april | mei | jun | julai | ogos ogo | september | oktober | november | disember dis
tl enero | pebrero | marso | abril | mayo | hunyo | hulyo | agosto | setyembre | oktubre | nobyembre | disyembre
sw januari | februari | machi | aprili | mei | juni | julai | agosti | septemba | oktoba | novemba | desemba
ru января янв январь | февраля фев февр февраль | марта мар март | апреля апр апрель | мая май | июня июн июнь | июля июл июль | августа авг август | сентября сен сент сентябрь | октября окт октябрь | ноября ноя нояб ноябрь | декабря дек декабрь
uk січня січ січень | лютого лют лютий | березня бер березень | квітня кві квіт квітень | травня тра трав травень | червня чер черв червень | липня лип липень | серпня сер серп серпень | вересня вер вересень | жовтня жов жовт жовтень | листопада лис листопад | грудня гру груд грудень
be студзеня | лютага | сакавіка | красавіка | мая траўня | чэрвеня | ліпеня | жніўня | верасня | кастрычніка | лістапада | снежня
bg януари | февруари | март | април | май | юни | юли | август | септември | октомври | ноември | декември
sr јануар јануара јан | фебруар фебруара феб | март марта | април априла | мај маја | јун јуна јуни | јул јула јули | август августа авг | септембар септембра септември | октобар октобра октомври | новембар новембра ноември | децембар децембра декември
kk қаңтар | ақпан | наурыз | сәуір | мамыр | маусым | шілде | тамыз | қыркүйек | қазан | қараша | желтоқсан
el ιανουαρίου ιαν ιανουάριος | φεβρουαρίου φεβ φεβρουάριος | μαρτίου μαρ μάρτιος | απριλίου απρ απρίλιος | μαΐου μάιος μαι | ιουνίου ιουν ιούνιος | ιουλίου ιουλ ιούλιος | αυγούστου αυγ αύγουστος | σεπτεμβρίου σεπ σεπτ σεπτέμβριος | οκτωβρίου οκτ οκτώβριος | νοεμβρίου νοε νοεμ νοέμβριος | δεκεμβρίου δεκ δεκέμβριος
hy հունվարի | փետրվարի | մարտի | ապրիլի | մայիսի | հունիսի | հուլիսի | օգոստոսի | սեպտեմբերի | հոկտեմբերի | նոյեմբերի | դեկտեմբերի
ka იანვარი | თებერვალი | მარტი | აპრილი | მაისი | ივნისი | ივლისი | აგვისტო | სექტემბერი | ოქტომბერი | ნოემბერი | დეკემბერი
he בינואר ינואר | בפברואר פברואר | במרץ מרץ במרס מרס | באפריל אפריל | במאי מאי | ביוני יוני | ביולי יולי | באוגוסט אוגוסט | בספטמבר ספטמבר | באוקטובר אוקטובר | בנובמבר נובמבר | בדצמבר דצמבר
ar يناير جانفي | فبراير فيفري | مارس آذار اذار | أبريل ابريل إبريل أفريل نيسان | مايو ماي أيار ايار | يونيو يونيه جوان حزيران | يوليو يوليه جويلية تموز | أغسطس اغسطس أوت آب | سبتمبر أيلول ايلول | أكتوبر اكتوبر | نوفمبر | ديسمبر
fa ژانویه | فوریه | مارس | آوریل | مه | ژوئن | ژوئیه | اوت | سپتامبر | اکتبر | نوامبر | دسامبر
ur جنوری | فروری | مارچ | اپریل | مئی | جون | جولائی | اگست | ستمبر | اکتوبر | نومبر | دسمبر
hi जनवरी | फरवरी फ़रवरी | मार्च | अप्रैल | मई | जून | जुलाई | अगस्त | सितंबर सितम्बर | अक्टूबर अक्तूबर | नवंबर नवम्बर | दिसंबर दिसम्बर
bn জানুয়ারি | ফেব্রুয়ারি | মার্চ | এপ্রিল | মে | জুন | জুলাই | আগস্ট | সেপ্টেম্বর | অক্টোবর | নভেম্বর | ডিসেম্বর
ta ஜனவரி | பிப்ரவரி | மார்ச் | ஏப்ரல் | மே | ஜூன் | ஜூலை | ஆகஸ்ட் | செப்டம்பர் | அக்டோபர் | நவம்பர் | டிசம்பர்
th มกราคม ม.ค. | กุมภาพันธ์ ก.พ. | มีนาคม มี.ค. | เมษายน เม.ย. | พฤษภาคม พ.ค. | มิถุนายน มิ.ย. | กรกฎาคม ก.ค. | สิงหาคม ส.ค. | กันยายน ก.ย. | ตุลาคม ต.ค. | พฤศจิกายน พ.ย. | ธันวาคม ธ.ค.
"""
_WEEKDAYS = """
monday mon tuesday tue tues wednesday wed weds thursday thu thur thurs friday fri saturday sat sunday sun
montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so
lundi lun mardi mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim
lunes martes miercoles mie jueves jue viernes vie sabado domingo dom
lunedi martedi mercoledi giovedi gio venerdi sabato domenica
segunda terca quarta quinta sexta maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo
måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag maanantai tiistai keskiviikko torstai perjantai
lauantai sunnuntai poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek sobota neděle
pondelok utorok streda štvrtok piatok ponedjeljak utorak srijeda četvrtak petak subota nedjelja ponedeljak sreda nedelja
luni marți miercuri joi vineri sâmbătă duminică hétfő kedd szerda csütörtök péntek szombat vasárnap
pazartesi salı çarşamba perşembe cuma cumartesi pazar senin selasa rabu kamis jumat sabtu minggu isnin khamis jumaat ahad
понедельник вторник среда четверг пятница суббота воскресенье понеділок вівторок середа четвер п'ятниця субота неділя
δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή
الاثنين الإثنين الثلاثاء الأربعاء الاربعاء الخميس الجمعة السبت الأحد الاحد
"""
# The months of the Levant have two words, or stand beside those of the Nile.
_ARABIC = (
    (pattern(r"كانون الثاني(?:\s*[/(-]\s*يناير\)?)?"), "يناير"),
    (pattern(r"تشرين الأول(?:\s*[/(-]\s*أكتوبر\)?)?"), "أكتوبر"),
    (pattern(r"تشرين الثاني(?:\s*[/(-]\s*نوفمبر\)?)?"), "نوفمبر"),
    (pattern(r"كانون الأول(?:\s*[/(-]\s*ديسمبر\)?)?"), "ديسمبر"),
    (pattern(r"(?:شباط|آذار|نيسان|[أا]يار|حزيران|تموز|آب|[أا]يلول)\s*[/(-]\s*([^\W\d_]{4,8})\)?"), r"\1"),
    (pattern("شباط"), "فبراير"),
    (pattern("،"), ","),
    (pattern(r"(?<=\d)\s*(?:ص(?:باحا)?)(?!\w)"), " am"),
    (pattern(r"(?<=\d)\s*(?:م(?:ساء)?)(?!\w)"), " pm"),
)
# What stands between or behind the parts of a date in some languages, and another order of them.
_REORDERED = (
    (pattern(r"(?:ngay\s+)?(\d{1,2})\s+thang\s+(\d{1,2}),?\s+(?:nam\s+)?(\d{4})"), r"\3-\2-\1"),
    (pattern(r"(\d{4})\.?\s+gada\s+(\d{1,2})\.?\s+(\w+)"), r"\2 \3 \1"),
    (pattern(r"(\d{4})\s+m\.\s+(\w+)\s+(?:menesio\s+)?(\d{1,2})(?:\s+d\.?|-oji)?"), r"\3 \2 \1"),
    (pattern(r"(\d{4})\.\s?([^\W\d_]{3,10})\.?\s(\d{1,2})\.?(?!\d)"), r"\3 \2 \1"),
)
# Weekdays of several words, or of letters that patterns do not count as such.
_WEEKDAY_WORDS = pattern(
    r"^(?:thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|(?:วัน)?(?:จันทร์|อังคาร|พุธ|พฤหัส(?:บดี)?|ศุกร์|เสาร์|อาทิตย์)(?:ที่)?|"
    r"(?:सोम|मंगल|बुध|गुरु|शुक्र|शनि|रवि)वार|(?:יום )?(?:ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת)|יום [א-ו]['׳]?)[\s,]+(?=\d)"
)
_REORDERING = pattern(r"thang|gada|\d m\.|\d\.\s?[^\W\d_]")
_THAI = pattern(r"(?<!\d)25[4-9]\d(?!\d)")
_THAI_ERA = pattern(r"(?:พ|ค)\.ศ\.\s*(?=\d)")
_THAI_SHORT = pattern(r"([\u0e00-\u0e7f]{1,3})\.([\u0e00-\u0e7f])\.")
_KOREAN = str.maketrans({"년": "年", "월": "月", "일": "日", "시": "時", "분": "分"})
# Letters that have no accent to lose; marks that only tell the direction of the text.
_UNDECOMPOSED = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d"})
# Accents, and marks of direction.
_UNSEEN = pattern("[\u0300-\u036f\u200e\u200f\u061c\u202a-\u202c\u2066-\u2069]+")
_HANGUL = pattern("[가-힣]")
_ARAB = pattern("[\u0600-\u06ff]")
_THAI_LETTER = pattern("[\u0e00-\u0e7f]")
_FOREIGN_DIGIT = pattern(r"[^\D0-9]")
_WHITE = pattern(r"\s+")


# A line is looked at more than once, and the stories of a day state the same date.
@lru_cache(maxsize=2048)
def folded(text: str) -> str:
    """``text`` as dates are compared: lower case, digits of every script as ours, no accents, white space folded."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if _HANGUL.search(text):
            return _WHITE.sub(" ", _western_digits(text.translate(_KOREAN))).strip().lower()
        text = _WEEKDAY_WORDS.sub("", _without_accents(_other_scripts(text)).strip())
    text = _WHITE.sub(" ", text).strip().lower()
    if _REORDERING.search(text):
        for order, replacement in _REORDERED:
            text = order.sub(replacement, text)
    return text


def _other_scripts(text: str) -> str:
    """``text`` with what no table of single words can hold."""
    is_arabic = _ARAB.search(text)
    text = _western_digits(text)
    if is_arabic:
        text = western(text.replace("\u064b", ""))
        for word, replacement in _ARABIC:
            text = word.sub(replacement, text)
    elif _THAI_LETTER.search(text):
        # The calendar of Thailand is 543 years ahead.
        text = _THAI.sub(lambda year: str(int(year[0]) - 543), _THAI_SHORT.sub(r"\1\2", _THAI_ERA.sub("", text)))
    return text


def _western_digits(text: str) -> str:
    return _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.digit(found[0])), text)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return unicodedata.normalize("NFC", _UNSEEN.sub("", decomposed).translate(_UNDECOMPOSED))


def _months() -> dict[str, int]:
    found: dict[str, int] = {}
    for line in _MONTHS.strip().splitlines():
        for number, words in enumerate(folded(line.partition(" ")[2]).split("|"), 1):
            for word in words.split():
                found.setdefault(word, number)
    return found


MONTHS = _months()
WEEKDAYS = frozenset(folded(_WEEKDAYS).split())
