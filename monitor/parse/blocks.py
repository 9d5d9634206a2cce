"""A tree of HTML as a tree of blocks with what their texts consist of, in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from selectolax.lexbor import LexborNode

from monitor.parse.aside_words import SHARE_ADDRESS

MAX_WORDS = 480
"""Characters of a text that is kept; a longer one is prose."""
MAX_REST = 100
"""Characters of a text outside links that is kept."""

_BLOCKS = frozenset(
    "p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre table tbody thead tfoot tr td th caption section article header footer aside"
    " main nav figure figcaption hr address details summary fieldset center body form".split()
)
_NAMED = frozenset(("div", "section", "aside", "ul", "ol", "footer", "table", "form"))
"""Elements whose classes are looked at: boxes."""


class Link(IntEnum):
    """Where text stands: in no link to another page, in one, in one to share at, in one to a place in some page, perhaps the same."""

    NONE = 0
    PAGE = 1
    SHARE = 2
    JUMP = 3


@dataclass(slots=True)
class Block:
    """An element with its text, or a run of text between two blocks or empty lines (its `tag` is empty), from node `first` to `last`.

    chars         the characters of its text; `link_chars` those of them in links to other pages
    links         the links with a text; `shares` those of them to share or follow at, `jumps` those to a place in a page
    names         its classes and its id
    words, rest   the pieces of its text, and those that are in no link; empty if they are longer than MAX_WORDS, or MAX_REST
    ending        the last character of its text
    parts         the blocks in it; none if it is only text
    """

    first: LexborNode
    last: LexborNode
    tag: str = ""
    names: str = ""
    chars: int = 0
    link_chars: int = 0
    links: int = 0
    shares: int = 0
    jumps: int = 0
    words: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    ending: str = ""
    parts: list[Block] = field(default_factory=list)

    def add_text(self, text: str, node: LexborNode, link: Link) -> None:
        """Add the text in `node`, a text node."""
        self.last, self.ending = node, text[-1]
        size = len(text)
        self.chars += size
        if self.chars <= MAX_WORDS:
            self.words.append(text)
        if link is not Link.NONE:
            self.link_chars += size
        elif self.chars - self.link_chars <= MAX_REST:
            self.rest.append(text)

    def add_part(self, part: Block) -> None:
        """Add a block that comes next."""
        self.parts.append(part)
        self.ending = part.ending or self.ending
        self.chars += part.chars
        self.link_chars += part.link_chars
        self.links += part.links
        self.shares += part.shares
        self.jumps += part.jumps
        if self.chars <= MAX_WORDS:
            self.words += part.words
        if self.chars - self.link_chars <= MAX_REST:
            self.rest += part.rest


class _Reader:
    """Reads the nodes of a body in order. Open elements are nodes with their kind: block, link, other."""

    def __init__(self, body: LexborNode) -> None:
        self.open: list[tuple[LexborNode, str]] = []
        self.blocks = [Block(first=body, last=body, tag="body")]
        self.run: Block | None = None
        self.breaks = 0
        self.link = Link.NONE
        self.link_counted = True

    def begin(self, node: LexborNode, tag: str) -> None:
        """Begin an element."""
        if tag in _BLOCKS:
            self.flush()
            block = Block(first=node, last=node, tag=tag)
            if tag in _NAMED:
                attributes = node.attrs
                block.names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()
            self.blocks.append(block)
            self.open.append((node, "block"))
        elif tag == "a":
            self.link, self.link_counted = _link(node), False
            self.open.append((node, "link"))
        else:
            self.open.append((node, ""))

    def end(self) -> LexborNode:
        """End the innermost element; return its node."""
        node, kind = self.open.pop()
        if kind == "block":
            self.flush()
            block = self.blocks.pop()
            if len(block.parts) == 1 and not block.parts[0].tag:
                block.parts = []
            self.blocks[-1].add_part(block)
        elif kind == "link":
            self.link = Link.NONE
        return node

    def text(self, node: LexborNode) -> None:
        """Add the text of a text node to the present run."""
        text = " ".join((node.text_content or "").split())
        if not text:
            return
        if self.run is None:
            self.run = Block(first=node, last=node)
        self.run.add_text(text, node, self.link)
        self.breaks = 0
        if self.link is not Link.NONE and not self.link_counted:
            self.link_counted = True
            self.run.links += 1
            self.run.shares += self.link is Link.SHARE
            self.run.jumps += self.link is Link.JUMP

    def break_line(self) -> None:
        """Count a line break; an empty line ends the run."""
        self.breaks += 1
        if self.breaks > 1:
            self.flush()

    def flush(self) -> None:
        """End the present run."""
        if self.run is not None:
            self.blocks[-1].add_part(self.run)
            self.run = None
        self.breaks = 0


def blocks_of(body: LexborNode) -> Block:
    """Return the block of `body`."""
    reader = _Reader(body)
    node = body.first_child
    while True:
        while node is not None:
            tag = node.tag or ""
            if tag == "-text":
                reader.text(node)
            elif tag == "br":
                reader.break_line()
            elif tag[:1] not in {"-", "!"}:
                reader.begin(node, tag)
                child = node.first_child
                if child is not None:
                    node = child
                    continue
                reader.end()
            node = node.next
        if not reader.open:
            reader.flush()
            return reader.blocks[0]
        node = reader.end().next


def _link(node: LexborNode) -> Link:
    """Return what kind of link an `a` is; one within the page is none."""
    address = (node.attrs.get("href") or "").strip()
    if not address or address.startswith("#"):
        return Link.NONE
    if SHARE_ADDRESS.search(address[:500]):
        return Link.SHARE
    return Link.JUMP if "#" in address else Link.PAGE
