"""A place in front of a story that neither date nor agency proves: by the mark behind it, or as a place that is known.

Weaker than a dateline, so that only the first paragraph of a text is asked, no line of its head.
"""

import re

from feedsvc.parsers.wire_dateline import Dateline

# Where most stories are filed: capitals and seats of agencies and newspapers, in the languages of the sources.
_PLACES = frozenset(
    """aachen|aalborg|aarhus|abidjan|abu dhabi|abuja|accra|addis ababa|adelaide|alger|algiers|algier|alicante|amman|amsterdam|ankara|antwerpen|
    asunción|athen|athens|athènes|atenas|atene|atlanta|auckland|augsburg|bagdad|baghdad|bagdhad|baku|bangkok|barcelona|bari|basel|beijing|
    beirut|beyrouth|belfast|belgrad|belgrade|belgrado|bergen|berlin|berlín|berlino|berlim|bern|berne|bielefeld|bilbao|birmingham|bochum|bogota|bogotá|
    bologna|bonn|bordeaux|boston|bozen|brasilia|brasília|bratislava|braunschweig|bremen|bremerhaven|bregenz|brisbane|brüssel|brussels|brussel|
    bruxelles|bruselas|bruxelas|budapest|budapeste|buenos aires|bukarest|bucharest|bucarest|cairo|cairns|canberra|cape town|caracas|cardiff|
    casablanca|catania|chemnitz|chicago|ciudad de méxico|colombo|copenhagen|copenhague|córdoba|cottbus|dakar|dallas|damaskus|damascus|damas|damasco|
    darmstadt|delhi|den haag|denver|detroit|dhaka|doha|dortmund|dresden|dubai|dublin|dublino|duisburg|düsseldorf|edinburgh|eindhoven|eisenstadt|
    erfurt|espoo|essen|firenze|flensburg|florenz|frankfurt|frankfurt am main|frankfurt/main|freiburg|gdańsk|genf|geneva|genève|ginebra|genova|
    gent|glasgow|göteborg|göttingen|graz|grenoble|groningen|guatemala|halle|hamburg|hamburgo|hanau|hannover|hanoi|harare|havanna|havana|heidelberg|
    heilbronn|helsinki|hong kong|honolulu|houston|ingolstadt|innsbruck|islamabad|istanbul|jakarta|jena|jerusalem|jerusalén|jérusalem|johannesburg|
    kabul|kairo|kampala|karachi|karlsruhe|kassel|kathmandu|kiel|kiew|kyiv|kiev|kigali|kinshasa|klagenfurt|koblenz|københavn|kopenhagen|köln|
    konstanz|kraków|kuala lumpur|kuopio|kuwait|kuwait city|la habana|la paz|lagos|lausanne|leeds|leipzig|leuven|lille|lima|linz|lissabon|lisboa|lisbon|
    liverpool|ljubljana|london|londres|londra|los angeles|luanda|lübeck|ludwigshafen|luxemburg|luxembourg|luzern|lyon|madrid|madri|magdeburg|mailand|
    mainz|málaga|malmö|managua|manama|manchester|manila|mannheim|maputo|marrakech|marseille|melbourne|mexico city|miami|milan|milano|
    minneapolis|minsk|mogadishu|mönchengladbach|monterrey|montevideo|montpellier|montreal|montréal|moscow|moscou|moscú|moskau|moskva|mosca|mumbai|
    münchen|munich|münster|nairobi|nantes|napoli|neapel|new delhi|new york|nice|nikosia|nicosia|nürnberg|odense|offenbach|oldenburg|oslo|osnabrück|ottawa|
    oulu|paderborn|padova|palermo|panama|paris|parís|parigi|peking|pékin|pekín|perth|philadelphia|phoenix|porto|porto alegre|potsdam|poznań|prag|prague|
    praga|pretoria|quebec|québec|quito|rabat|recife|regensburg|rennes|reykjavik|riad|riga|rio de janeiro|riyadh|rom|roma|rome|rostock|rotterdam|
    saarbrücken|salzburg|san francisco|san josé|san juan|san salvador|sankt gallen|santiago|santiago de chile|santo domingo|são paulo|sarajevo|
    schwerin|seattle|seoul|sevilla|shanghai|singapore|singapur|skopje|sofia|sopot|st. gallen|st. pölten|stavanger|stockholm|straßburg|strasbourg|stuttgart|
    sydney|taipei|tallinn|tampere|tashkent|tbilisi|teheran|tehran|téhéran|tegucigalpa|tel aviv|the hague|tirana|tokio|tokyo|torino|toronto|toulouse|
    trento|trier|trieste|tripoli|tromsø|trondheim|tunis|túnez|turin|turku|ulm|uppsala|utrecht|valencia|valletta|vancouver|vantaa|varsovia|varsovie|
    venedig|venezia|verona|vienna|vienne|viena|vilnius|warschau|warsaw|warszawa|washington|weimar|wellington|wien|wiesbaden|winnipeg|
    wolfsburg|wrocław|wuppertal|würzburg|yangon|yerevan|zagreb|zürich|zurich|zúrich
    """.replace("\n    ", "")
    .strip()
    .split("|")
)
_NAME = r"[^\W\d_a-zß-ÿ][\w.'’/-]*(?: (?:(?:de|del|do|am|of|la|el|den) )?[^\W\d_a-zß-ÿ][\w'’/-]*){0,3}"
# Madrid.- Text; Madrid.— Text
_MARKED = re.compile(rf"({_NAME})\.\s?[-—–]+\s*(?=\S)")
# Berlin. Text; Wien – Text; BERGEN: Text
_SEPARATED = re.compile(rf"({_NAME}?)(\.| ?[-–—]+|:)\s+(?=[\W_]{{0,3}}[^\W\d_a-zß-ÿ]|\d)")


# KUALA LUMPUR: Text, as newspapers of Asia begin; not what says of which kind a story is.
_CAPITALS = re.compile(r"([^\W\d_a-zß-ÿ][^\W\d_]{3,15}(?: [^\W\d_]{2,15}){0,2}):\s+(?=[^\W\d_a-zß-ÿ][\w'’]*\s)")
_KINDS = frozenset(
    "alert analysis announcement background breaking briefing column comment commentary correction corrected editorial exclusive "
    "explainer factbox feature flash focus headline headlines highlights interview listen live more note notice obituary opinion photos poll "
    "preview profile question questions answer quotes read recap review roundup source sources sports summary timeline topic update updated urgent "
    "video warning watch wrapup".split()
)


def read_place(text: str) -> Dateline | None:
    """The place with which ``text``, the first paragraph, begins; None without one."""
    start = text[:60]
    if not start[:1].isupper():
        return None
    if match := _MARKED.match(start):
        return Dateline(match[1], match.end(), match[1])
    capitals = _CAPITALS.match(start)
    if capitals and capitals[1].isupper() and _KINDS.isdisjoint(capitals[1].lower().split()):
        return Dateline(capitals[1], capitals.end(), capitals[1])
    match = _SEPARATED.match(start)
    if match is None or not all(each in _PLACES for each in _places_in(match[1])):
        return None
    return Dateline(match[1], match.end(), match[1])


def is_place(name: str) -> bool:
    """Whether ``name`` is that of a place that is known."""
    return name.lower() in _PLACES


def _places_in(name: str) -> list[str]:
    """Berlin/Paris are two places, Frankfurt/Main is one."""
    lowered = name.lower()
    return [lowered] if lowered in _PLACES else lowered.split("/")
