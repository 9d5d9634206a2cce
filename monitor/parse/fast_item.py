"""Read one item or entry of a well-formed feed with lxml exactly as feedparser reads it.

What feedparser treats specially (mark-up inside elements, a second title or description, people with addresses, media groups with
texts) is not imitated: Unsure is raised, and feedparser reads the whole document.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from feedparser.mixin import _cp1252, _FeedParserMixin
from feedparser.urls import _urljoin
from lxml import etree

from monitor.domain.fingerprint import NO_SOURCE_HASH
from monitor.domain.urls import absolute_url
from monitor.parse import feedparser_compat
from monitor.parse.article_link import ItemLink, article_link
from monitor.parse.items import NOTHING, Item, Markup
from monitor.parse.warnings_in_feeds import NAMES, NAMESPACE, warning_identity, warning_tags, warning_texts, warning_versions

_PREFIXES = {uri.lower(): prefix for uri, prefix in _FeedParserMixin.namespaces.items()}
_KNOWN_PREFIXES = frozenset(prefix.lower() for prefix in _PREFIXES.values() if prefix)
_DATES = {
    "pubdate": "published",
    "published": "published",
    "issued": "published",
    "dcterms:issued": "published",
    "updated": "updated",
    "modified": "updated",
    "dc:date": "updated",
    "dcterms:modified": "updated",
    "created": "created",
    "dcterms:created": "created",
}
_HANDLED = frozenset(
    name.partition("_")[2].partition("_")[2] for name in dir(_FeedParserMixin) if name.startswith(("_start_", "_end_"))
)
"""Elements for which feedparser has a handler, such as `dc_date`; of all others it only stores the text under their name."""
_KEYS = frozenset(
    {"authors", "tags", "links", "id", "published", "updated", "created", "image", "title_detail", "summary_detail", "language"}
)
_HARMLESS_HANDLED = frozenset(
    {"source", "contributor", "generator", "rights", "copyright", "dc_publisher", "dc_rights", "dc_contributor"}
    | {"itunes_explicit", "itunes_block"}
)
_MAY_HAVE_CHILDREN = frozenset({"contributor", "georss:where"})
_IGNORED_MEDIA = frozenset(
    {"media:credit", "media:rating", "media:copyright", "media:player", "media:restriction", "media:community"}
)
_XML = "{http://www.w3.org/XML/1998/namespace}"
XML_LANG, XML_BASE = _XML + "lang", _XML + "base"
_HARMLESS = frozenset({XML_LANG, XML_BASE, _XML + "space"})
_PERSON = frozenset({"name", "email", "uri", "url", "homepage"})
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


class Unsure(Exception):
    """The item has something that may be read differently from feedparser."""


@dataclass(slots=True)
class _Draft:
    """The state of an item while its elements are read in order."""

    atom: bool
    links: list[ItemLink] = field(default_factory=list)
    link: str | None = None
    guid: str | None = None
    title: Markup = NOTHING
    summary: Markup | None = None
    contents: list[Markup] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    last_person: str = ""
    structured_people: bool | None = None
    languages: dict[str, str | None] = field(default_factory=dict)
    media_title: bool = False
    tags: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    thumbnails: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    enclosures: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    subtitle: Markup = NOTHING
    other_title: str = ""
    warning: dict[str, str] = field(default_factory=dict)


def read_item(
    element: etree._Element, *, base: str, own_base: bool, atom: bool, language: str | None, source_hash: bytes = NO_SOURCE_HASH
) -> Item:
    """Return the item in `element` with absolute links. Raises Unsure if feedparser might read it differently.

    `language` is the document's; `own_base` says that the document states `base` itself, which then applies to links, not to identifiers.
    """
    if not len(element):
        raise Unsure
    draft = _Draft(atom=atom, guid=element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or None)
    for child in element:
        _read(draft, child, base)
    if draft.media_title and not draft.title.value:
        raise Unsure
    if own_base and draft.link is not None and draft.link == draft.guid and "://" not in draft.link:
        raise Unsure
    content = max(draft.contents, key=lambda markup: len(markup.value), default=NOTHING)
    image = next(filter(None, (*draft.thumbnails, *draft.pictures, *draft.enclosures, *draft.images[-1:])), None)
    return Item(
        title=draft.title if draft.title.value else Markup(value=draft.other_title),
        summary=draft.summary or NOTHING,
        content=content,
        link=article_link(draft.link, draft.links, base),
        guid=warning_identity(draft.warning) or draft.guid or None,
        identified=warning_identity(draft.warning) is not None,
        versions=warning_versions(draft.warning),
        authors=tuple(draft.people) or ((draft.last_person,) if draft.last_person else ()),
        tags=(*draft.tags, *warning_tags(draft.warning)),
        language=_language(draft, language),
        published=draft.dates.get("published") or draft.dates.get("created", ""),
        updated=draft.dates.get("updated", ""),
        image=absolute_url(base, image) if image and image.strip() else None,
        further=(*((draft.subtitle,) if draft.subtitle.value else ()), *warning_texts(draft.warning)),
        source_hash=source_hash,
    )


def _language(draft: _Draft, default: str | None) -> str | None:
    """Return the language of the content, else of the summary, else of the title; an empty one counts as missing."""
    said = [draft.languages[name] for name in ("content", "summary", "title") if name in draft.languages]
    return next((language or default for language in said if language != "" and (language or default)), None)


def name_of(element: etree._Element) -> str:
    """Return feedparser's name of an element, such as `dc:date`. Raises Unsure if a known prefix is bound to another namespace."""
    if not isinstance(element.tag, str):
        raise Unsure
    uri, _, local = element.tag.rpartition("}")
    if not uri:
        return local.lower()
    prefix = "" if "backend.userland.com/rss" in uri.lower() else _PREFIXES.get(uri[1:].lower(), element.prefix or "")
    if prefix.lower() in _KNOWN_PREFIXES and uri[1:].lower() not in _PREFIXES:
        raise Unsure
    return f"{prefix}:{local}".lower() if prefix else local.lower()


def _read(draft: _Draft, element: etree._Element, base: str) -> None:
    name = name_of(element)
    if _is_harmless(name):
        _read_aside(draft, element, name)
    elif name in {"link", "enclosure"}:
        _read_link(draft, element, base, enclosure=name == "enclosure")
    elif name in {"guid", "id"}:
        draft.guid = _text(element)
        if draft.link is None and _attributes(element).get("ispermalink", "true") == "true":
            draft.link = draft.guid
    elif name in _DATES:
        draft.dates[_DATES[name]] = _text(element)
    elif name in {"author", "dc:creator", "itunes:author"}:
        _read_person(draft, element)
    elif name in {"category", "dc:subject"}:
        attributes = _attributes(element)
        draft.tags += filter(None, (attributes.get("term") or attributes.get("label"), _text(element)))
    elif name.startswith("media:"):
        _read_media(draft, element, name)
    else:
        _read_text(draft, element, name)


def _read_aside(draft: _Draft, element: etree._Element, name: str) -> None:
    """Read an element that feedparser only stores: a second title, or a part of a warning."""
    if len(element) and name not in _MAY_HAVE_CHILDREN:
        raise Unsure
    if name == "itunes:title":
        draft.other_title = _text(element)
    elif ":" in name and str(element.tag).startswith(f"{{{NAMESPACE}") and (local := name.partition(":")[2]) in NAMES:
        draft.warning[local] = _text(element)


def _is_harmless(name: str) -> bool:
    """Return whether the element changes nothing of what is taken from feedparser's entry."""
    handler = name.replace(":", "_")
    if handler in _HARMLESS_HANDLED or handler.startswith(("georss_", "gml_")):
        return True
    return handler not in _HANDLED and handler not in _KEYS


def _read_text(draft: _Draft, element: etree._Element, name: str) -> None:
    if name == "title":
        if draft.title.value:
            raise Unsure
        draft.title = _markup(draft, element, "text/plain")
        draft.languages["title"] = element.get(XML_LANG)
    elif name == ("summary" if draft.atom else "description"):
        if draft.summary is not None:
            raise Unsure
        draft.summary = _markup(draft, element, "text/plain" if draft.atom else "text/html")
        draft.languages["summary"] = element.get(XML_LANG)
    elif name == "content:encoded" or (name == "content" and draft.atom):
        markup = _markup(draft, element, "text/plain" if draft.atom and name == "content" else "text/html")
        draft.languages.setdefault("content", element.get(XML_LANG))
        if markup.value:
            draft.contents.append(markup)
    elif name in {"subtitle", "itunes:subtitle"} and not draft.subtitle.value:
        draft.subtitle = _markup(draft, element, "text/plain")
    elif name == "itunes:image":
        draft.images.append(element.get("href") or element.get("url") or "")
    else:
        raise Unsure


def _markup(draft: _Draft, element: etree._Element, default: str) -> Markup:
    """Return the text and whether feedparser treats it as HTML; in RSS it searches plain text for tags."""
    if set(element.attrib) - _HARMLESS - ({"type"} if draft.atom else set()):
        raise Unsure
    kind = _FeedParserMixin.map_content_type(element.get("type", default))
    if kind not in {"text/plain", "text/html"}:
        raise Unsure
    text = _text(element)
    if kind == "text/plain" and not draft.atom and _FeedParserMixin.looks_like_html(text):
        kind = "text/html"
    return Markup(value=text, html=kind == "text/html")


def _read_link(draft: _Draft, element: etree._Element, base: str, *, enclosure: bool) -> None:
    attributes = _attributes(element)
    href = attributes.get("url", attributes.get("uri", attributes.get("href")))
    relation = "enclosure" if enclosure else attributes.get("rel", "alternate").lower()
    kind = attributes.get("type", "" if enclosure else "text/html").lower()
    if href is not None and not enclosure:
        href = _urljoin(base, href)
        if relation == "alternate" and _FeedParserMixin.map_content_type(kind) in _HTML_TYPES:
            draft.link = href
    elif not enclosure:
        href = _text(element)
        if "&" in href and ";" in href:
            raise Unsure
        href = _urljoin(base, href) if href else ""
        draft.link = href
    draft.links.append(ItemLink(relation=relation, kind=kind, href=href or ""))
    if relation == "enclosure" and kind.startswith("image/"):
        draft.enclosures.append(href or "")


def _read_person(draft: _Draft, element: etree._Element) -> None:
    """Read the name of a person: of a child element, or as feedparser finds it in a text. Raises Unsure if an item has both kinds."""
    structured = len(element) > 0
    if draft.structured_people not in {None, structured}:
        raise Unsure
    draft.structured_people = structured
    if not structured:
        draft.last_person = _text(element)
        name = feedparser_compat.find_name(draft.last_person)
        draft.people += [name] if name else []
        return
    parts = {name_of(child): _text(child) for child in element}
    if len(parts) < len(element) or any(part not in _PERSON and not _is_harmless(part) for part in parts):
        raise Unsure
    if not parts.get("name") or (element.text or "").strip():
        raise Unsure
    draft.people.append(parts["name"])


def _read_media(draft: _Draft, element: etree._Element, name: str) -> None:
    if name == "media:thumbnail":
        draft.thumbnails.append(element.get("url", ""))
    elif name == "media:content":
        if element.get("medium") == "image" or element.get("type", "").lower().startswith("image/"):
            draft.pictures.append(element.get("url", ""))
    elif name == "media:title":
        draft.media_title = True
    elif name not in _IGNORED_MEDIA and name != "media:group":
        raise Unsure
    for child in element:
        _read_media(draft, child, name_of(child))


def _attributes(element: etree._Element) -> dict[str, str]:
    """Return the attributes under lower-case names, as in feedparser."""
    return {str(name).lower(): str(value) for name, value in element.attrib.items()}


def _text(element: etree._Element) -> str:
    """Return the stripped text, with feedparser's repair of text that was encoded twice."""
    if len(element):
        raise Unsure
    text = (element.text or "").strip()
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_cp1252)
