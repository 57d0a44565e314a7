"""Header lines with a key: "Headline: …", "Datum: …", "配信日時：…"."""

import re
from typing import NamedTuple

from feedsvc.parsers.wire_byline import bare_name
from feedsvc.patterns import pattern

_KEYS = {
    "headline": "headline title head subject hed überschrift titel schlagzeile titre título titulo titular titolo kop 見出し タイトル 件名 標題 标题 제목 заголовок العنوان כותרת başlık judul τίτλος शीर्षक",
    "published": "date published pubdate datum fecha data posted issued dated filed release-date publication-date "
    "publish-date date-published published-on published-at created 日付 日時 配信日時 配信日 公開日 公開日時 掲載日 掲載日時 発信日 発表日 投稿日 投稿日時 作成日 日期 时间 发布时间 發布時間 발행일 입력 등록 작성일 дата опубликовано التاريخ תאריך tarih tanggal ημερομηνία วันที่ दिनांक",
    "updated": "updated last-updated modified last-modified revised aktualisiert stand 更新日 更新日時 更新 最終更新 最終更新日 最終更新日時 更新时间 수정 обновлено",
    "authors": "by author authors byline writer writers reporter von autor autoren auteur auteurs par autore por 著者 記者 筆者 執筆 文 作者 记者 글 기자 작성자 автор авторы автори текст الكاتب بقلم מאת כתב כתבה yazar muhabir haber penulis pewarta συντάκτης ρεπορτάζ लेखक ผู้เขียน โดย redaktor oprac opracowanie",
    "source": "source agency provider credit publisher publication quelle fuente fonte bron källa kilde lähde źródło agence agentur 出典 配信元 発信元 提供 媒体 来源 來源 출처 источник джерело المصدر מקור kaynak sumber πηγή स्रोत ที่มา zdroj forrás sursa",
    "dateline": "dateline location place ort lieu lugar 発信地",
    "slugline": "slug slugline",
    "tags": "tags tag keywords keyword schlagwörter stichworte mots-clés etiquetas palabras-clave タグ キーワード 关键词 關鍵詞 标签 태그 теги",
    "sections": "section category categories rubrik ressort rubrique sección seccion desk column カテゴリ カテゴリー 分類",
    "url": "url link permalink address uri web canonical",
    "id": "id guid urn story-id article-id message-id",
    "language": "language lang sprache langue idioma 言語",
    "rights": "copyright rights 著作権",
    "ednote": "ednote editors-note editor's-note note-to-editors 注意",
    "summary": "summary abstract description teaser standfirst deck lead lede intro subhead subheadline subtitle 要約 概要",
    "": "priority urgency version words word-count wordcount length format edition page type status from to cc city "
    "country service code body graphic load-date category-code copyright-holder filename file",
}
# Headlines begin with these as well ("Email: the end of an age"), so their value counts.
_NAMING = frozenset("contact contacts media-contact press-contact kontakt pressekontakt".split())
_REACHING = _NAMING | frozenset("phone tel telephone email e-mail website".split())
_FIELDS = {name: key for key, names in _KEYS.items() for name in names.split()} | dict.fromkeys(_REACHING, "")
# A mail address, one of the web, a telephone number.
_REACHED = pattern(r"@|https?:|www\.|\d[\d ()/.-]{4,}\d|^[^\s.]+\.\S+$|^$", re.IGNORECASE)
_KEY_VALUE = re.compile(r":?([^\W\d_][\w '’/-]{0,22}?)\s*(?:[:：]|(?<=[一-龠])】)\s*(.*)")


class Keyed(NamedTuple):
    """A line with a key that is known: the field it belongs to (empty: none), its value, the key as written."""

    field: str
    value: str
    key: str


def read_key(text: str, *, below: bool = False) -> Keyed | None:
    """What a line with a known key says; None for every other line. ``below`` another header, a contact may be a name."""
    if ":" not in text and "：" not in text:
        return None
    match = _KEY_VALUE.fullmatch(text)
    if match is None:
        return None
    key, value = match[1].strip(), match[2].strip()
    name = re.sub(r"[\s_]+", "-", key).casefold()
    field = _FIELDS.get(name)
    if name == "body" and value:
        # Behind this key the text itself begins.
        return None
    if field is None or (name in _REACHING and not below and not _reaches(name, value)):
        return None
    return Keyed(field, value, key)


def _reaches(name: str, value: str) -> bool:
    """Whether ``value`` says how to reach somebody; behind some keys a name does."""
    return _REACHED.search(value) is not None or (name in _NAMING and bool(bare_name(value.partition(",")[0])))
