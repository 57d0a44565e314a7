"""The words of page furniture: navigation, mastheads, sections. The weakest evidence, used last.

All are written in lower case and compared with text in lower case, many times faster than patterns that ignore case.
"""

import re

_NAVIGATION_PHRASES = (
    "home|main|menu|search|print|print (?:this|page|version|article|story)|print this (?:page|article|story)|"
    "printer[- ]friendly(?: version)?|e-?mail(?: this)?(?: (?:page|article|story|a friend))?|share(?: this)?"
    "(?: (?:page|article|story))?(?: on \\w+)?|(?:«|<+|‹|←)?\\s*back(?: to)?(?: the)?(?: \\w+){0,2}|"
    "(?:go|return|skip|jump) to (?:the )?\\w+(?: \\w+)?|skip (?:navigation|to (?:main )?content)|"
    "(?:next|prev(?:ious)?|more|latest|related|top|all)(?: (?:page|story|stories|article|articles|news|headlines))?|"
    "sign (?:in|up|out)|log ?(?:in|out)|register|subscribe(?: now| today)?|my account|newsletters?|"
    "follow(?: us)?(?: on \\w+)?|contact(?: us)?|about(?: us)?|advertise(?: with us)?|advertisement|sitemap|site map|"
    "archives?|rss(?: feeds?)?|help|faq|comments?(?: \\(\\d+\\))?|read (?:more|later)|save|like|tweet|facebook|twitter|"
    "top of page|page \\d+(?: of \\d+)?|text size(?: ?:.{0,12})?|view (?:as )?(?:single )?page|privacy(?: policy)?|"
    "terms(?: of (?:use|service))?|today'?s? (?:paper|news)|weather|close|"
    "startseite|zurück(?: zur? \\w+)?|drucken|artikel drucken|seite drucken|teilen|menü|suche|anmelden|abo|"
    "accueil|retour(?: (?:à|au) .{1,20})?|imprimer(?: .{1,20})?|partager|rechercher|s'abonner|"
    "inicio|volver(?: (?:a|al) .{1,20})?|imprimir(?: .{1,20})?|compartir|buscar|portada|suscríbete|"
    "torna (?:a|alla) .{1,20}|stampa(?: .{1,20})?|condividi|cerca|voltar(?: .{1,20})?|partilhar|terug(?: naar .{1,20})?|"
    "ホーム|トップ(?:ページ)?(?:へ(?:戻る)?)?|戻る|前のページ(?:へ)?|メニュー|検索|印刷(?:する)?|このページを印刷(?:する)?|"
    "返回.{0,8}|打印.{0,6}|首页|上一页|下一页|目录|홈|목록(?:으로)?|인쇄(?:하기)?|공유(?:하기)?|"
    "ニュース一覧(?:へ)?|一覧へ(?:戻る)?|ログイン|会員登録|シェア(?:する)?|関連記事|お問い合わせ"
)
_NAVIGATION = re.compile(rf"(?:{_NAVIGATION_PHRASES})\s*[»›>→]*")

_MASTHEAD_WORDS = (
    "news|times|post|bugle|press|herald|tribune|gazette|journal|courier|wire|newswire|agency|observer|chronicle|telegraph|"
    "daily|weekly|guardian|mirror|bulletin|dispatch|examiner|inquirer|sentinel|register|ledger|mercury|echo|argus|"
    "star|sun|globe|mail|advertiser|standard|independent|reporter|monitor|review|record|service|network|media|"
    "broadcasting|radio|television|tv|online|magazine|digest|report|newsroom|newspaper|reuters|kyodo|bloomberg|xinhua|"
    "zeitung|tagblatt|tageblatt|anzeiger|nachrichten|rundschau|kurier|bote|presse|merkur|"
    "nouvelles|actualités|gazette|quotidien|dépêche|depeche|écho|infos|journal|noticias|diario|voz|correo|eco|voix|voce|avis|avisen|tidning|tidende|sanomat|"
    "prensa|periódico|agencia|"
    "notizie|giornale|corriere|gazzetta|agenzia|notícias|jornal|diário|agência|nieuws|dagblad|courant"
)
# In front of the first word of a name.
_ARTICLE = re.compile(r"(?:the|la|le|el|il|lo|die|der|das|het|o|a) |l['’]")
_MASTHEAD_EASTERN = "新聞|通信|通信社|ニュース|放送|日報|タイムズ|タイムス|ウォッチ|时报|日报|通讯社|晚报|早报|晨报|周刊|新华网|人民网|电视台|広報|통신|뉴스|일보|신문"
_MASTHEAD_ADDITIONS = "online|.com|.org|.net|ltd|inc|group|international"
_MASTHEAD = re.compile(
    rf"(?:.*\b)?(?:{_MASTHEAD_WORDS})(?:\s*(?:{_MASTHEAD_ADDITIONS.replace('.', '[.]')}))?|"
    rf".*(?:{_MASTHEAD_EASTERN})(?:社|オンライン|\.jp)?|"
    rf"(?:(?:the|la|le|el|il|lo|die|der|das|het|o|a) |l['’])?(?:{_MASTHEAD_WORDS}) (?:of|from|de|du|des|da|do|della|del|dei|di|der) .{{2,30}}|(?:agence|agenzia|agencia) .{{2,30}}"
)
# One of these ends a masthead, or begins it.
_MASTHEAD_ENDS = (
    *_MASTHEAD_WORDS.split("|"),
    *_MASTHEAD_ADDITIONS.split("|"),
    *_MASTHEAD_EASTERN.split("|"),
    "社",
    "オンライン",
    ".jp",
)
# The last two letters of these, by which nearly every line is told from a masthead.
_MASTHEAD_LETTERS = frozenset(each[-2:] for each in _MASTHEAD_ENDS)
_MASTHEAD_STARTS = frozenset((*_MASTHEAD_WORDS.split("|"), "agence", "agenzia", "agencia"))
_SECTIONS = frozenset(
    "world business sport sports politics companies currencies rates bonds stocks forex energy metals market markets national "
    "international economy culture opinion technology science health asia europe america americas africa us us. u.s u.s. "
    "local metro finance money entertainment lifestyle travel commodities wirtschaft politik kultur ausland inland économie "
    "politique monde economía política internacional deportes mundo cronaca esteri 経済 政治 社会 国際 スポーツ 国内 地域 "
    "科学".split()
) | {"company news", "middle east", "breaking news", "top stories", "top news"}
_SEPARATORS = re.compile(r"\s*[|｜»›>•·・¦→/＞]\s*|\]\s*\[|\s{3,}|\s+[-–—]\s+|\s*::\s*")
_SEPARATES = re.compile(r"[|｜»›>•·・¦→/＞\[–—:-]|\s{3}")

# A line of nothing but such words is navigation when one of the first group is among them.
_ACTIONS = (
    "home homepage menu print printer printable e-mail email mail share tweet facebook twitter linkedin whatsapp search "
    "archive archives index login log sign subscribe register account help faq rss feed feeds click skip jump return back "
    "next previous prev listen advertisement advertise newsletter newsletters bookmark follow navigation breadcrumb sitemap "
    "contact privacy cookies close window comments headlines topstory latest trending related e-paper epaper send classifieds "
    "startseite zurück drucken artikel teilen menü suche anmelden abo abonnieren kontakt impressum datenschutz vorlesen merken "
    "versenden empfehlen springen accueil retour imprimer partager envoyer rechercher connexion abonnez-vous s'abonner sommaire "
    "inicio portada volver imprimir compartir enviar buscar suscribirse suscríbete contacto siguiente anterior "
    "stampa condividi invia cerca abbonati indietro contatti voltar partilhar assinar pesquisar terug afdrukken delen zoeken "
    "forside forsiden etusivu udskriv skriv jaa tulosta haku strona drukuj udostępnij szukaj "
    "inloggen utskrift dela sök hem главная печать поделиться поиск войти назад 首页 返回 打印 分享 搜索 登录 인쇄 공유 목록 로그인 검색 홈 "
    "الرئيسية طباعة مشاركة بحث"
)
_FILLERS = (
    "sie sind hier vous êtes ici usted está aquí sei qui "
    "this that the a an to for of in on up out at it our us you are here by with via and or & your from my all page pages story stories "
    "article articles news version friend friendly top front main content text size font larger smaller view full site map more "
    "zum inhalt springen aller contenu contenido saltar ir vai "
    "read as single list now today world local national business sports sport opinion markets video photos photo audio live us "
    "edition mobile desktop options tools link permalink copy save it's welcome see also section sections category "
    "zur zum zu der die das den diese dieser dieses seite übersicht nach oben weiter nachricht nachrichten als an aktuell "
    "à au aux la le les l' une un cette cet ce page article actualité actualités du de haut suivant précédent liste en à "
    "al los las esta este página noticia noticias artículo por correo más "
    "alla alle questa questo pagina articolo notizia notizie il per via esta notícia para o a este artigo "
    "meny forsiden siden side sida på nyheter nyheder innenriks indland udland inrikes utrikes kotimaa ulkomaat urheilu sport kraj świat facebook twitter til via "
    "naar deze dit pagina artikel overzicht версия для печати к списку на 版 页 本页 列表 新闻 이 기사 기사 뉴스 إلى"
)
_ACTION_WORDS = frozenset(_ACTIONS.split())
_ALL_WORDS = _ACTION_WORDS | frozenset(_FILLERS.split())
_ITEM_WORD = re.compile(r"[^\s:,.!?()\[\]<>«»‹›→←|+]+")


def items_of(line: str) -> list[str]:
    """What separators part ``line`` into."""
    if not _SEPARATES.search(line):
        return [line] if line else []
    return [item for item in _SEPARATORS.split(line) if item]


def is_navigation(text: str) -> bool:
    """Whether ``text`` is made of the words of menus and buttons."""
    lowered = text.lower()
    if _NAVIGATION.fullmatch(lowered):
        return True
    words = _ITEM_WORD.findall(lowered) if len(text) < 60 else []
    return (
        0 < len(words) <= 8
        and not _ACTION_WORDS.isdisjoint(words)
        and all(word in _ALL_WORDS or len(word) == 1 for word in words)
    )


def is_button(text: str) -> bool:
    """Whether ``text`` is a usual item of navigation, word for word."""
    return _NAVIGATION.fullmatch(text.lower()) is not None


def is_masthead(text: str) -> bool:
    """Whether ``text`` has the words that end, or begin, the names of newspapers and agencies."""
    lowered = text.lower()
    return (_ends_masthead(lowered) or _begins_masthead(lowered)) and _MASTHEAD.fullmatch(lowered) is not None


def _ends_masthead(lowered: str) -> bool:
    likely = lowered[-2:] in _MASTHEAD_LETTERS or not lowered.isascii()
    return likely and lowered.endswith(_MASTHEAD_ENDS)


def _begins_masthead(lowered: str) -> bool:
    article = _ARTICLE.match(lowered)
    return lowered[article.end() if article else 0 :].partition(" ")[0] in _MASTHEAD_STARTS


def is_section(text: str) -> bool:
    """Whether ``text`` is the name of a section."""
    return text.lower() in _SECTIONS


def is_sections(text: str) -> bool:
    """Whether ``text`` is the name of a section, or a few of them."""
    if is_section(text):
        return True
    words = text.replace(",", " ").replace("&", " ").replace(" and ", " ").lower().split()
    return 1 < len(words) <= 8 and all(word == "news" or word in _SECTIONS for word in words)


# Words on which no headline and no title ends: the line goes on.
DANGLING = frozenset(
    "a an the of to in on at by for from with and or as but nor than that over after before into against under about "
    "its his her their is are was says near amid vs de la le les des du et à der die das und im am von zu den des el "
    "los y en del il che di e o da do het een van".split(" ")
)
