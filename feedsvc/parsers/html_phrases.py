"""Phrases by which pages of many languages introduce or are what is no story. Evidence where markup says nothing."""

import re

# A heading or a short line that opens a list of other stories, a letter-box, a discussion.
_OPENINGS = re.compile(
    r"""(?:more:(?:\ |$) | see\ more\b | tags?\s?: | filed\ under\b | more\ (?:great\ .{1,20}\ )?(?:stories|news|articles|coverage)\b | more\ (?:from|on|about|in)\b | related\b | read\ (?:more|also|next|this)\b
    | see\ also\b | also\ (?:read|see)\b | recommended\b | you\ (?:may|might)\b.{0,20}\blike\b | don.t\ miss\b | most\ (?:read|popular|viewed)\b
    | latest\ (?:news|stories|posts)\b | trending\b | popular\ (?:posts|stories)\b | further\ reading\b | up\ next\b | explore\ further\b
    | subscribe\b | sign\ up\b | newsletter\b | share\ (?:this|it|on|via)\b | share$ | follow\ us\b | leave\ a\ (?:comment|reply)\b | (?:\d+\ )?comments?$ | post\ a\ comment\b
    | tell\ us\ what\ you\ think\b | something\ to\ consider\b | about\ the\ authors?\b | über\ d(?:en|ie)\ autor(?:in|en|innen)?\b | à\ propos\ de\ l.auteur | sobre\ (?:el|la|o|a)\ autora?\b | l.autore$ | over\ de\ auteur\b | об\ авторе\b
    | inhaltsverzeichnis\b | table\ of\ contents\b | sommaire$ | índice$ | want\ more\ stories\b
    | das\ könnte\b.{0,30}\b(?:interessieren|gefallen)\b | (?:auch|ebenfalls)\ interessant\b | mehr\ zum\ thema\b | mehr\ (?:zu|von|aus|über)\b | weitere\ (?:informationen|artikel|news|themen|nachrichten|beiträge|meldungen)\b
    | weiterführende?\b | verwandte\b | ähnliche\ (?:beiträge|artikel)\b | lesen\ sie\ (?:auch|mehr|hier)\b | lies\ auch\b | mehr\ lesen\b | passend\ dazu\b | zum\ thema\b | empfehlungen?\b | meistgelesen\b
    | kommentare?$ | kommentar\ (?:schreiben|verfassen|hinterlassen)\b | schreibe?\ einen\ kommentar\b | teilen$ | (?:diesen\ )?(?:artikel|beitrag|seite)\ teilen\b | diese\ geschichte\ teilen\b | neueste\ (?:beiträge|artikel)\b | externer\ inhalt\b
    | schlagw(?:ort|örter)\b | stichworte?\b | downloads?$ | kontakt$ | ansprechpartner\b | pressekontakt\b | vorheriger\ beitrag\b | nächster\ beitrag\b
    | (?:à\ )?lire\ (?:aussi|également|la\ suite)\b | sur\ le\ même\ (?:sujet|thème)\b | articles?\ (?:liés|similaires)\b | partagez?\b | commentaires?$ | vos\ réactions\b
    | leggi\ anche\b | potrebbe\ interessarti\b | articoli\ correlati\b | per\ saperne\ di\ più\b | condividi\b | commenti$
    | (?:lea|lee)\ (?:también|además|más)\b | mir[aáe]:?\ (?:también)?\b | te\ puede\ interesar\b | (?:noticias|artículos|notas)\ relacionad[ao]s\b | comentarios$ | compartir\b | lo\ más\ leído\b
    | leia\ (?:também|mais)\b | veja\ (?:também|mais)\b | você\ pode\ gostar\b | saiba\ mais\b | compartilh[ae]\b | comentários$ | mais\ lidas\b
    | lees\ (?:ook|meer)\b | läs\ (?:också|mer)\b | les\ også\b | læs\ (?:også|mere)\b | lue\ (?:myös|lisää)\b | czytaj\ (?:też|także|więcej)\b | zobacz\ (?:też|także)\b | читайте\ также\b
    | what\ to\ read\ next\b | keep\ reading\b | editor.?s.?\ picks?\b | top\ stories\b | also\ on\b | recent\ (?:posts|articles|stories)\b | join\ our\b | be\ sociable\b
    | (?:das|dies|diese)\b.{0,25}\bkönnten?\b.{0,30}\b(?:interessieren|gefallen)\b | empfohlene\ (?:beiträge|artikel)\b | meist(?:gelesene|diskutierte|kommentierte)\b | auch\ lesen\b | schon\ gelesen\b
    | mehr\ (?:themen|artikel|beiträge|kolumnen)\b | zum\ weiterlesen\b | .{0,20}\bartikel\ teilen\b | auch\ auf\b | anzeige\b.{0,2}$
    | (?:à\ )?voir\ aussi\b | en\ savoir\ plus\b | pour\ aller\ plus\ loin\b | à\ découvrir\b | (?:te|le)\ pued[ea]n?\ interesar\b | puedes\ ver\b | (?:vea|ver)\ también\b | más\ sobre\b | temas$ | lea:
    | notícias\ relacionadas\b | assuntos$ | ti\ potrebbe\b | leggi\ (?:pure|altro)\b | lees\ verder\b | meer\ over\b | mer\ om\b | les\ mer\b | mere\ om\b | aiheesta\ lisää\b
    | dowiedz\ się\ więcej\b | przeczytaj\ (?:też|także|również)\b | (?:czytaj|zobacz)\ również\b | polecamy\b | čtěte\ (?:také|také)\b | mohlo\ by\ vás\b | citește\ și\b | olvassa\ el\b | pročitajte\b
    | (?:смотрите|читайте)\ (?:также|ещё|еще|також)\b | по\ теме\b | ilgili\ haber | baca\ juga\b | xem\ thêm\b | tin\ liên\ quan\b | διαβάστε\ (?:επίσης|ακόμα|και)\b | اقرأ\ (?:أيضا|أيضًا|المزيد) | مواضيع\ ذات | קראו\ (?:גם|עוד)
    | 関連(?:記事|リンク)? | あわせて読みたい | おすすめ記事 | こちらも | 相关(?:阅读|新闻|文章|链接) | 相關(?:新聞|文章) | 延伸[阅閱][读讀] | 推荐阅读 | 관련\s?(?:기사|뉴스) )""",
    re.IGNORECASE | re.VERBOSE,
)
# A line that is nothing but a control, a label or a credit.
_SNIPPETS = re.compile(
    r"""(?:caption|close|advert(?:isement|ising)?|share|print|email|tweet|facebook|twitter|whatsapp|pinterest|linkedin|reddit|comments?|subscribe|sign\ up|learn\ more|read\ more
    |continue\ reading|story\ continues\ below(?:\ advertisement)?|image\ \d+\ of\ \d+|loading.*|getty(?:\ images)?|image\ copyright\ .{2,40}|(?:photo|image|picture|foto|bild|titelbild|photograph|fotos)\ ?(?:by|credit|via|copyright)?\ ?[:/©]\ ?.{2,80}|\(?(?:photo|image|picture|credit|foto|bild|quelle|image\ credit|photo\ credit|foto\ credit)s?\ ?:.{2,100}\)?
    |©.{2,60}|anzeige|werbung|werbepause|publicidad|pubblicità|publicité|publicidade|weiterlesen|mehr\ anzeigen|nach\ oben|zurück(?:\ zur?.{1,30})?|bild\ anzeigen|drucken|teilen|merken|kommentare?|print\ (?:this\ )?(?:article|recipe)
    |back\ to\ top|scroll\ to\ continue|view\ comments|show\ more|tags?:?|skip\ ad|playback.*|learn\ more\ »?|click\ here\ to\ (?:subscribe|get\ the).{0,60}|image\ source,?.{0,60}
    |reklama?|реклама|annons|annonce|advertentie|pub|광고|広告|kommentare?\ geschlossen|(?:bisher\ )?keine\ kommentare|no\ comments(?:\ yet)?|comments\ are\ closed|be\ the\ first\ to\ comment|crédits?\ photos?\ ?:.{2,80}
    |to\ view\ this\ video\ please\ enable\ javascript.*|this\ (?:slideshow|video|content)\ requires\ javascript|please\ enable\ javascript.*
    |ein\ klick\ für\ den\ datenschutz|datenschutzeinstellungen\ anpassen|empfohlener\ (?:redaktioneller|externer)\ inhalt|an\ dieser\ stelle\ findest\ du\ einen\ externen\ inhalt.*
    |du\ kannst\ ihn\ dir\ mit\ einem\ klick\ anzeigen\ lassen.*|ich\ bin\ damit\ einverstanden,\ dass\ mir.{1,40}inhalte.{0,40}\ angezeigt\ werden.*|personenbezogene\ daten\ können\ an\ drittplattformen.*
    |(?:.{0,20}box\ )?(?:aufklappen|zuklappen)(?:\ .{0,20}zuklappen)?|印刷する|(?:メール|facebook|x|twitter|line|はてなブックマーク)でシェア(?:する)?(?:list)?
    |(?:rezept|artikel|seite|beitrag)\ drucken|pinnen|pin\ it|jump\ to\ recipe|sorted\ by|beitragsbild)[\s.:…»>]*""",
    re.IGNORECASE | re.VERBOSE,
)


# What asks readers to subscribe or to follow somebody.
_APPEALS = re.compile(
    r"""subscri(?:be|ption)\b | sign\ up\b | newsletter | (?:in|to)\ your\ inbox\b | follow\ .{1,40}\ on\b.{0,40}(?:twitter|facebook|instagram)
    | (?:have|got)\ a\ (?:news\ )?tip\b | on\ twitter\ at\b | check\ out\ our\b | download\ (?:the|our)\ app\b
    | abonnier | folgen\ sie\ uns\b | folge?\ uns\b | jetzt\ anmelden\b | abonnez-vous\b | suivez[- ]\w+ | inscri(?:vez-vous|ption)\b
    | suscr[ií]b | s[ií]guenos\b | iscriviti\b | seguici\b | inscreva-se\b | siga-nos\b | receba\b.{0,30}\bemail\b | meld\ je\ aan\b | prenumerera\b | подпис""",
    re.IGNORECASE | re.VERBOSE,
)
_NETWORKS = re.compile(
    r"(?:(?:facebook|twitter|x|google\+?|whatsapp|linkedin|xing|pinterest|pint|reddit|telegram|instagram|e-?mail|mail|tumblr|"
    r"messenger|flipboard|pocket|print|share|copy link|baixar|drucken|teilen)[\s|,·•:]*)+",
    re.IGNORECASE,
)
_READING_TIME = re.compile(
    r"(?:.{0,25}\b(?:lesezeit|tempo de leitura|reading time|temps de lecture|tempo di lettura|tiempo de lectura|leestijd)\b.{0,25}"
    r"|\d{1,3}\s?min(?:ute)?n?s?\.?\s?(?:read|lesezeit|de lecture|de lectura|lesedauer))",
    re.IGNORECASE,
)
_MARKS = " »›→>*–-•▶"


def opens_furniture(line: str) -> bool:
    """Whether ``line`` introduces other stories, a letter-box or a discussion."""
    return len(line) <= 90 and bool(_OPENINGS.match(line.lstrip(_MARKS)))


def leads_away(line: str) -> bool:
    """Whether ``line``, most of which is a link, leads to another story: "Read more: …"."""
    return len(line) <= 200 and bool(_OPENINGS.match(line.lstrip(_MARKS)))


def is_appeal(line: str) -> bool:
    """Whether ``line`` asks readers to subscribe or to follow."""
    return len(line) <= 250 and bool(_APPEALS.search(line))


def is_snippet(line: str) -> bool:
    """Whether ``line`` is a control, a label or a credit and no sentence of a story."""
    if len(line) > 120:
        return False
    line = line.strip(" -–—*|[]")
    return bool(_SNIPPETS.fullmatch(line) or _NETWORKS.fullmatch(line) or _READING_TIME.fullmatch(line))
