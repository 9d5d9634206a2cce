"""Find what in a piece of HTML is not the article: lists of links, boxes, lines to share, forms, biographies.

Only what its structure says plainly counts, since hiding the article's own words is worse than a false alert: no ordinary list, no link inside a
sentence, nothing that a sentence of the article leads up to, and nothing at all where hardly any other text is left, as in a digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from monitor.domain.aside import AsideReason
from monitor.parse.aside_words import (
    AUTHOR_LABEL,
    EDGES,
    FOLLOW,
    LABEL,
    LABEL_IN_LINK,
    MAX_LABEL,
    NAMES,
    ORIGIN,
    SHARE_LABEL,
    SUBSCRIBE,
)
from monitor.parse.blocks import MAX_WORDS, Block, blocks_of

LINK_SHARE = 0.8
"""Share of the characters of a list of links that are in links, at least."""
MIN_ITEMS = 3
MIN_PROSE = 200
"""Characters that must be left where a list of links has no heading that says what it is."""
MIN_LEFT = 10
MAX_NOTE = 30
"""Characters beside the link of an item in a list that a heading calls one of links."""
MAX_BOX = 400
"""Characters of a box that is not mostly links; a longer one is a part of the article that stands beside it."""
SENTENCE_ENDS = ".!?…。！？؟।۔\"'”’»«)]）」』"
"""What the text before a list without a heading ends with; after anything else the article leads up to the list."""
MAX_BIOGRAPHY = 800
MAX_JOINT = 4
"""Characters between two links of one line that only join them."""
MAX_INVITATION = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAside:
    """The nodes from `first` to `last`, siblings, are no part of the article."""

    first: LexborNode
    last: LexborNode
    reason: AsideReason
    chars: int


def find_asides(body: LexborNode) -> list[FoundAside]:
    """Return the asides below `body`, in order, none inside another; in time proportional to its nodes."""
    whole = blocks_of(body)
    found = list(_below(whole))
    unlabelled = [one for one in found if one.reason is AsideReason.LINKS]
    left = whole.chars - sum(one.chars for one in found)
    if unlabelled and left < max(MIN_PROSE, sum(one.chars for one in unlabelled)):
        found = [one for one in found if one.reason is not AsideReason.LINKS]
        left = whole.chars - sum(one.chars for one in found)
    return found if left >= MIN_LEFT else []


def _below(whole: Block) -> Iterator[FoundAside]:
    waiting = [_groups(whole, whole.chars, "")]
    while waiting:
        group = next(waiting[-1], None)
        if group is None:
            waiting.pop()
        elif isinstance(group, FoundAside):
            yield group
        elif group[0].parts:
            waiting.append(_groups(group[0], whole.chars, group[1]))


def _groups(parent: Block, total: int, before: str) -> Iterator[tuple[Block, str] | FoundAside]:
    """Yield the parts of a block: the asides among them, and the others with the last character of the article's text before them.

    `before` is the last character of the article's text before `parent`; the whole text has `total` characters.
    """
    parts = [part for part in parent.parts if part.chars]
    quoted = parent.tag == "blockquote"
    number = 0
    while number < len(parts):
        part = parts[number]
        reason, count = _labelled(parts, number)
        if reason is None and part.chars < total:
            reason, count = _reason(part, total, before, quoted=quoted), 1
        if reason is None:
            yield part, before
            before, count = part.ending, 1
        else:
            members = parts[number : number + count]
            yield FoundAside(first=part.first, last=members[-1].last, reason=reason, chars=sum(one.chars for one in members))
        number += count


def _labelled(parts: list[Block], number: int) -> tuple[AsideReason | None, int]:
    """Return why the part and those after it are an aside whose heading it is, and how many they are."""
    label = parts[number]
    if label.chars > MAX_LABEL or number + 1 == len(parts):
        return None, 0
    words = " ".join(label.words).strip(EDGES)
    if AUTHOR_LABEL.fullmatch(words):
        return (AsideReason.AUTHOR, 2) if parts[number + 1].chars <= MAX_BIOGRAPHY else (None, 0)
    if not _is_of_links(parts[number + 1]):
        return None, 0
    related = LABEL.fullmatch(words)
    if not related and not SHARE_LABEL.fullmatch(words):
        return None, 0
    end = number + 1
    while end < len(parts) and _is_of_links(parts[end]):
        end += 1
    return AsideReason.RELATED if related else AsideReason.SHARE, end - number


def _is_of_links(block: Block) -> bool:
    """Whether a block is mostly links, or a list of which each item is a link with at most a number, a place or a time beside it."""
    if block.link_chars == 0 or block.link_chars >= LINK_SHARE * block.chars:
        return block.link_chars > 0
    items = [part for part in block.parts if part.chars] if block.tag in {"ul", "ol"} else []
    return bool(items) and all(item.links == 1 and item.chars - item.link_chars <= MAX_NOTE for item in items)


def _reason(block: Block, total: int, before: str, *, quoted: bool) -> AsideReason | None:
    """Return why a block is an aside by itself; `before` is the last character of the text before it."""
    if block.chars * 2 <= total:
        reason = _by_element(block, quoted=quoted) or _by_names(block)
        if reason is not None:
            return reason
    if block.links and (reason := _by_words(block)) is not None:
        return reason
    return AsideReason.LINKS if before and before in SENTENCE_ENDS and _is_list_of_links(block) else None


def _by_element(block: Block, *, quoted: bool) -> AsideReason | None:
    if block.tag == "nav":
        return AsideReason.NAVIGATION
    if not _is_box(block):
        return None
    if block.tag == "aside":
        return AsideReason.BOX
    if block.tag == "footer" and not quoted:
        return AsideReason.FOOTER
    return AsideReason.NEWSLETTER if block.tag == "form" and block.chars <= MAX_BOX else None


def _by_names(block: Block) -> AsideReason | None:
    """Return what the classes of a block call it, where its text agrees."""
    if not block.names or not _is_box(block):
        return None
    return next((reason for pattern, reason in NAMES if pattern.search(block.names)), None)


def _is_box(block: Block) -> bool:
    return block.chars <= MAX_BOX or 2 * block.link_chars >= block.chars


def _by_words(block: Block) -> AsideReason | None:
    """Return what a block of text and links says it is."""
    words = " ".join(block.words)
    if block.chars - block.link_chars <= MAX_LABEL and (reason := _by_rest(block, words)) is not None:
        return reason
    if block.parts or block.chars > MAX_WORDS:
        return None
    if ORIGIN.fullmatch(words):
        return AsideReason.ORIGIN
    if block.chars > MAX_INVITATION:
        return None
    if FOLLOW.match(words):
        return AsideReason.SHARE
    return AsideReason.NEWSLETTER if SUBSCRIBE.match(words) else None


def _by_rest(block: Block, words: str) -> AsideReason | None:
    """Return what a block is that says hardly anything besides its links."""
    rest = _rest(block)
    if block.shares == block.links or (rest and SHARE_LABEL.fullmatch(rest)):
        return AsideReason.SHARE
    labelled = LABEL.fullmatch(rest) if rest else block.links == 1 and LABEL_IN_LINK.fullmatch(words)
    return AsideReason.RELATED if labelled else None


def _is_list_of_links(block: Block) -> bool:
    """Whether it is a list of at least three items, each of them one link and nothing else; no table of contents."""
    if block.tag not in {"ul", "ol"} or block.jumps:
        return False
    items = [part for part in block.parts if part.chars]
    return len(items) >= MIN_ITEMS and all(
        item.links == 1 and item.chars - item.link_chars <= MAX_LABEL and not _rest(item) for item in items
    )


def _rest(block: Block) -> str:
    """Return what a block says besides its links, without the marks around it and the numbers, commas and conjunctions after it."""
    first, *others = block.rest or ("",)
    return (first if all(len(other) <= MAX_JOINT for other in others) else " ".join(block.rest)).strip(EDGES)
