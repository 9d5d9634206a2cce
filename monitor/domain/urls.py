"""Take URLs apart, make them absolute, and bring them to the one form that identifies an article across feeds.

Nothing here raises: a text that cannot be read as a URL is returned unchanged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urljoin, urlsplit

MAX_LENGTH = 8192
"""Longer URLs are compared unchanged; browsers and servers refuse them anyway."""

_TRACKING = frozenset(
    """
    _branch_match_id _hsenc _hsmi _ke _openstat action_object_map action_ref_map action_type_map at_campaign at_custom1 at_custom2
    at_custom3 at_custom4 at_link_id at_link_origin at_link_type at_medium at_ptr_name at_bbc_team at_format cmpid cndid
    dclid ef_id email_source epik esid fb_action_ids fb_action_types fb_ref fb_source fbclid ga_campaign ga_content ga_medium ga_source ga_term
    gad_source gbraid gclid gclsrc gs_l guccounter guce_referrer guce_referrer_sig hmb_campaign hmb_medium hmb_source hsctatracking
    icid ig_mid ig_rid igsh igshid mbid mc_cid mc_eid mkcid mkevt mkrid ml_subscriber ml_subscriber_hash mkt_tok msclkid
    ns_campaign ns_fee ns_linkname ns_mchannel ns_source oly_anon_id oly_enc_id ocid piwik_campaign piwik_keyword piwik_kwd pk_campaign pk_keyword
    pk_kwd pk_source pk_medium pk_content rb_clickid referrer_source s_cid s_kwcid sc_campaign sc_channel sc_content sc_country sc_geo
    sc_medium sc_outcome share_source smid smtyp spm srsltid sr_share tracking_source trk_contact trk_msg trk_module trk_sid ttclid
    twclid vero_conv vero_id wbraid wickedid wprov wt_mc wt_zmc xtor yclid ymclid ysclid _ga _gl __hsfp __hssc __hstc __s
    """.split()
)
_TRACKING_PREFIXES = ("utm_", "mtm_", "matomo_", "hsa_", "stm_", "at_recipient_", "utm-")
_REFERENCES = frozenset({"ref", "ref_src", "ref_source", "referrer", "referer"})
_AMP_FLAGS = frozenset({"amp", "outputtype"})
_SECOND_LEVEL = frozenset({"co", "com", "net", "org", "gov", "ac", "edu", "or", "ne", "go", "gob", "gouv"})
_DEVICE_LABELS = frozenset({"www", "m", "mobile", "amp"})
_HOST_LIKE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}\Z")
_AMP_PATH = re.compile(r"(?<=[^/])(?:/amp/?|\.amp(?:\.html?)?)\Z")
_AMP_CACHE_PATH = re.compile(r"/(?:amp|c|v|i)/(s/)?(?=[^/]*\.)")
_SAFE = "/:@!$&'()*+,;=~-._"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_WRAPPED = re.compile(r"[\x00-\x20\x7f]*[\r\n\t][\x00-\x20\x7f]*|[\x00-\x20\x7f]{2,}")
"""Blanks of a link that was wrapped over two lines; a single one inside belongs to its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """A URL taken apart. Make it once with `parse_url`, then pass it on.

    `hostname` is the host in lower case as written; `host` the same in ASCII form, without percent-encoding and trailing dot. Both
    are empty, and `port` is None, where there are none or the text is no URL.
    """

    text: str
    scheme: str
    hostname: str
    host: str
    port: int | None
    path: str

    @property
    def is_http(self) -> bool:
        """Whether it is an absolute http or https URL with a host."""
        return self.scheme in {"http", "https"} and bool(self.host)

    @property
    def effective_port(self) -> int:
        """The port, or the usual one of the scheme."""
        return self.port or (443 if self.scheme == "https" else 80)

    def is_same_site(self, other: Url) -> bool:
        """Return whether both lead to the same host and port, or to the two usual ports of one host."""
        # Hosts are compared as written: two spellings that we take for one may be two for the library that connects.
        if self.hostname != other.hostname:
            return False
        ports = {self.effective_port, other.effective_port}
        return len(ports) == 1 or ports == {80, 443}


@lru_cache(maxsize=16_384)
def parse_url(text: str) -> Url:
    """Take a URL apart. Text that is no URL keeps its scheme, if it begins like one, and has no host."""
    parts = _split(text)
    if parts is None:
        scheme, colon, _ = text.strip().partition(":")
        return Url(text=text, scheme=scheme.lower() if colon else "", hostname="", host="", port=None, path="")
    return Url(text=text, scheme=parts.scheme, hostname=parts.hostname or "", host=_host(parts), port=parts.port, path=parts.path)


def is_http(url: str) -> bool:
    """Return whether `url` is an absolute http or https URL with a host."""
    return parse_url(url).is_http


def host_of(url: str) -> str:
    """Return the host in lower case and ASCII form, without port and credentials; empty where there is none."""
    return parse_url(url).host


def absolute_url(base: str, href: str) -> str:
    """Return `href` as found in a document at `base`, made absolute; `href` itself where that is impossible."""
    href = _WRAPPED.sub("", href.strip())
    if " " in href:
        href = href.replace(" ", "%20")
    if _CONTROL.search(href):
        href = _CONTROL.sub(lambda found: quote(found[0], errors="replace"), href)
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def canonical_url(url: str) -> str:
    """Return the form of an article's URL that is equal wherever the article is linked from: an identity, not a link to follow.

    Scheme https, host in ASCII lower case without `www.`, `m.`, `mobile.`, `amp.`, no credentials, default port, tracking parameter, fragment
    (unless it routes: `#!` or `#/`), AMP marks or trailing slash; dot segments resolved, percent-encoding in one form, parameters in order of
    their names. `www` and the bare name, http and https serve the same article on every site we know, so joining them loses nothing.
    What is not http is returned unchanged.
    """
    url = url.strip()
    parts = _split(url) if len(url) <= MAX_LENGTH else None
    if parts is None or parts.scheme not in {"http", "https"} or not _host(parts):
        return url
    parts = _out_of_amp_cache(parts)
    host = _plain_host(_host(parts))
    path = _AMP_PATH.sub("", _encoded(_without_dots(parts.path))).rstrip("/") or "/"
    query = _canonical_query(parts.query, host)
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return f"https://{host}{_port(parts)}{path}{query}{fragment}"


@lru_cache(maxsize=4096)
def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def _host(parts: SplitResult) -> str:
    host = unquote(parts.hostname or "").rstrip(".").lower()
    if host.isascii() or len(host) > 253:
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _plain_host(host: str) -> str:
    """Remove the labels that only choose a device or a format, as long as a registrable name remains."""
    labels = host.split(".")
    while (
        len(labels) > 2
        and labels[0] in _DEVICE_LABELS
        and not (len(labels) == 3 and labels[1] in _SECOND_LEVEL and len(labels[2]) == 2)
    ):
        labels = labels[1:]
    if len(labels) > 3 and labels[1] in {"m", "mobile"}:
        del labels[1]
    return ".".join(labels) if ":" not in host else f"[{host}]"


def _port(parts: SplitResult) -> str:
    port = parts.port
    return "" if port is None or port == {"http": 80, "https": 443}[parts.scheme] else f":{port}"


def _out_of_amp_cache(parts: SplitResult) -> SplitResult:
    """Return the publisher's own URL of a page in Google's AMP cache or viewer."""
    host = _host(parts)
    if host.endswith(".cdn.ampproject.org") or host in {"www.google.com", "google.com"}:
        found = _AMP_CACHE_PATH.match(parts.path)
        if found and (inner := _split("https://" + parts.path[found.end() :])) and _host(inner):
            return inner._replace(query=parts.query)
    return parts


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _encoded(path: str) -> str:
    """Bring equal paths to one percent-encoding; an encoded slash, percent sign or other delimiter keeps its meaning."""
    if path.isascii() and "%" not in path and " " not in path:
        return path
    pieces = re.split(r"(%[0-9A-Fa-f]{2}(?:%[89A-Fa-f][0-9A-Fa-f])*)", path)
    return "".join(
        _encoded_run(piece) if index % 2 else quote(piece, safe=_SAFE + "%", errors="replace") for index, piece in enumerate(pieces)
    )


def _encoded_run(run: str) -> str:
    decoded = unquote(run, errors="replace")
    if len(decoded) == 1 and decoded in _SAFE + "%?#[]\\ " and decoded not in "-._~":
        return run.upper()
    return run.upper() if "\ufffd" in decoded else quote(decoded, safe="-._~")


def _canonical_query(query: str, host: str) -> str:
    fields = [
        field
        for field in query.replace("&amp;", "&").split("&")
        if field and not _is_tracking(field, {host}) and not _is_amp_flag(field)
    ]
    if not fields:
        return ""
    fields = sorted((_encoded(field.replace("%20", "+")) for field in fields), key=lambda field: field.partition("=")[0])
    return "?" + "&".join(fields)


def _is_tracking(field: str, hosts: set[str]) -> bool:
    name, _, value = field.partition("=")
    name = unquote_plus(name).lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return name in _REFERENCES and _names_a_site(unquote_plus(value).lower(), hosts)


def _names_a_site(value: str, hosts: set[str]) -> bool:
    value = host_of(value) or value
    return value in hosts or value in {"rss", "feed", "atom"} or bool(len(value) <= 253 and _HOST_LIKE.match(value))


def _is_amp_flag(field: str) -> bool:
    name, _, value = field.lower().partition("=")
    return name in _AMP_FLAGS and value in {"", "1", "true", "amp"}
