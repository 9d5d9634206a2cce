"""Render templates. All text from the net is escaped here, and only links to http and https addresses are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.domain.clock import SYSTEM_CLOCK
from monitor.domain.highlight import Segment, Span, highlight, split_at
from monitor.domain.story_origins import origins_in_words
from monitor.domain.text import one_line, printable
from monitor.domain.times import age, rfc3339
from monitor.domain.urls import is_http
from monitor.storage.silence_requests import FOR_GOOD, TOMORROW
from monitor.web.term_form import term_path


def http_link(url: str | None) -> str | None:
    """Return `url` if it is http or https, else None."""
    return url if url is not None and is_http(url) else None


def mark_phrases(text: str, phrases: Iterable[str], *, ignore_case: bool = False) -> Markup:
    """Return `text` on one line, escaped, with the occurrences of `phrases` in <mark>."""
    return _mark(highlight(text, phrases, ignore_case=ignore_case))


def mark_spans(text: str, spans: Iterable[Span]) -> Markup:
    """Return `text` escaped, with the characters that `spans` cover in <mark>."""
    return _mark(split_at(text, spans))


def _mark(segments: Iterable[Segment]) -> Markup:
    pieces = ((escape(printable(piece)), hit) for piece, hit in segments)
    return Markup("").join(Markup("<mark>{}</mark>").format(piece) if hit else piece for piece, hit in pieces)


def moment(value: str | datetime | None, *, ahead: bool = False, word: str | None = "ago") -> Markup:
    """Return a time as `5 min ago` (without the `word`: as `10:31 UTC`), or `in 5 min` with `ahead`, with the exact time as its title; a dash for None."""
    if value is None:
        return Markup("–")
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    now = SYSTEM_CLOCK.now()
    words = f"{age(when, now)} {word}" if word else f"{when.astimezone(UTC):%-d %b %H:%M} UTC"
    if ahead:
        words = "now" if when <= now else f"in {age(now, when)}"
    exact = when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(
        rfc3339(when), exact, Markup(" data-ahead") if ahead else "" if word else Markup(" data-clock"), words
    )


def seconds(value: float | None) -> str:
    """Return a length of time in the largest unit that fits."""
    if value is None:
        return "–"
    for limit, divisor, unit in ((90, 1, "s"), (5400, 60, "min"), (172800, 3600, "h")):
        if value < limit:
            return f"{value / divisor:.0f} {unit}"
    return f"{value / 86400:.0f} d"


def bars(counts: Sequence[int], height: int = 28) -> list[dict[str, float]]:
    """Return a bar for each count: `x y h` in a drawing with 6 units of width for each; 0 becomes a line 1 high."""
    most = max(counts, default=0) or 1
    return [
        {"x": 6 * index, "y": height - size, "h": size}
        for index, count in enumerate(counts)
        for size in [max(3.0, round(count / most * height, 1)) if count else 1.0]
    ]


def lines_of_reason(why: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the parts of an explanation as flat lines with `depth part held note hits`."""
    lines: list[dict[str, Any]] = []

    def add(part: Mapping[str, Any], depth: int) -> None:
        hits = list(dict.fromkeys(match["text"] for match in part.get("matches", ())))
        lines.append(
            {"depth": min(depth, 6), "part": part["part"], "held": part["held"], "note": part.get("note"), "hits": hits[:5]}
        )
        for below in part.get("parts", ()):
            add(below, depth + 1)

    if why and "because" in why:
        add(why["because"], 0)
        lines += [{"depth": 0, "part": note, "held": False, "note": None, "hits": []} for note in why.get("refused", ())]
    return lines


SILENCE_LENGTHS: Final = {"2h": "for 2 hours", TOMORROW: "until tomorrow, 7:00 UTC", FOR_GOOD: "for good, until lifted"}
"""How long a silence set by a click lasts, and how that is called."""


def render(template: str, **context: Any) -> str:
    """Return a template as HTML."""
    return _TEMPLATES.get_template(template).render(context)


def _without_controls(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_without_controls,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        bars=bars,
        lines_of_reason=lines_of_reason,
        mark_phrases=mark_phrases,
        moment=moment,
        http_link=http_link,
        origins_in_words=origins_in_words,
        seconds=seconds,
        silence_lengths=SILENCE_LENGTHS,
        term_path=term_path,
    )
    environment.filters["one_line"] = one_line
    return environment


_TEMPLATES: Final = _templates()
