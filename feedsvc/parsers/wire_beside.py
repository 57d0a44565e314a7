"""What a name beside the date of a story is: its source, its writer, or the town in which it was written."""

from typing import Literal

from feedsvc.parsers.wire_byline import bare_name, read_byline
from feedsvc.parsers.wire_dateline import is_agency
from feedsvc.parsers.wire_lexicon import is_masthead
from feedsvc.parsers.wire_places import is_place
from feedsvc.patterns import pattern

What = Literal["source", "authors", "dateline"]

# The names that people bear most, in the languages of the sources: the weakest evidence, and a guess.
_FIRST_NAMES = frozenset(
    """aaron adam adriana agnieszka ahmed aisha alan albert alberto alejandra alejandro aleksandra alessandro alessia alex alexander alexandra alexandre ali alice alicia
    alina amanda amélie amina amy ana anders andrea andreas andrei andrew andrzej angela anita anja ann anna anne annika antoine anton antonio ardit armin arne arthur astrid axel barbara
    beatriz ben benjamin bernard bernd birgit björn brian bruno camille carla carlos carmen carol caroline catherine cecilia charles charlotte chris christian christina christine
    christoph christopher claire clara claudia colin cristina daniel daniela david deborah denis diana diego dieter dmitri dominik dorota eduardo elena eleni elif elisabeth elizabeth ella emil
    emily emma eric erik ernst esra esther eva fabian fatima felix fernanda fernando filip florian francesca francesco francisco françois frank franz fred frida friedrich gabriel
    gabriela georg george georgios gerhard giorgos giovanni giulia giuseppe gregor günter gustav hanna hannah hannes hans harald harry hassan heike heinz helen helena helga henrik
    henry hugo ian ida igor inés inge ingrid irina isabel isabelle ivan jack jacob jacques jakob james jan jane janet jean jens jessica jim joanna joão joe johan johannes john jon jonas
    jorge josé josef joseph juan jules julia julian julie jürgen kai karen karin karl karolina katarzyna kate katharina katja keith kenneth kevin khalid kirsten klaus konstantin
    krzysztof kurt lars laura lena leo leon leonardo linda lisa louis louise luca lucas lucia lucy luis luisa łukasz magdalena magnus maja małgorzata manuel marc marcin marco marcus margaret
    maria marie marina mario marion mark markus marta martha martin martina mary mateo mathilde matteo matthew matthias maurice max mehmet melanie michael michał michel michelle miguel mikhail
    mohamed mohammed monica monika moritz mustafa nadia natalia natalie nicholas nick nicola nicolas niklas nikolai nils nina noah ole oliver olivia olga oscar otto pablo paola paolo
    patricia patrick paul paula paulo pedro per peter petra philip philipp philippe pierre piotr rachel rafael ralf raúl rebecca renate ricardo richard robert roberto roger roland roman rosa
    ruth ryan sabine samuel sandra sara sarah sebastian sergei sergio silvia simon simone sofia sophie stefan steffen stephan stephen steve steven susan susanne sven sylvie tanja
    thierry thomas tim tobias tom tomasz tony torsten ulrich ulrike ursula uwe valentina vera victor victoria viktor vincent walter werner wilhelm william wolfgang yusuf yves zoe"""
    .split()
)  # fmt: skip
_SURNAMES = (
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡部 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 斎藤 斉藤 清水 山崎 阿部 池田 橋本 山下 石川 中島 前田 藤田 後藤 小川 岡田 "
    "長谷川 村上 近藤 石井 坂本 遠藤 青木 藤井 西村 福田 太田 三浦 藤原 岡本 松田 中川 中野 原田 小野 田村 竹内 金子 和田 中山 石田 上田 森田 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 "
    "谷口 大野 丸山 今井 河野 藤本 村田 武田 上野 杉山 増田 平野 大塚 千葉 久保 松井 岩崎 木下 野口 松尾 菊地 野村 新井 佐野 古川 杉本 大西 島田 水野 桜井 高田 川口"
).split()
_EASTERN = pattern(rf"(?:{'|'.join(_SURNAMES)})[\s\u3000]?[一-龠々ぁ-んァ-ヶ]{{1,3}}")
_TOWN = pattern(r"[^\W\d_a-zß-ÿ][^\W\d_]{2,20}")


def what_is(name: str, *, placed: bool = False) -> What:
    """What ``name`` is, which stands beside a date; ``placed`` where letters have the town ("Westhaven, den …")."""
    if is_masthead(name) or is_agency(name):
        return "source"
    if is_place(name) or (placed and _TOWN.fullmatch(name)):
        return "dateline"
    return "authors" if is_person(name) or read_byline(name) else "source"


def is_person(name: str) -> bool:
    """Whether ``name`` begins like those of people: by a first name, in Japan by a surname."""
    if not name.isascii() and _EASTERN.fullmatch(name):
        return True
    return name.partition(" ")[0].lower() in _FIRST_NAMES and bool(bare_name(name))
