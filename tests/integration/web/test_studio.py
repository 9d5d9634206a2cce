"""The pages on which terms are written, and what they leave of the files."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from monitor.storage.engine import Database
from tests.integration.web.scenes import HOSTILE, add_alert, add_article
from tests.integration.web.serving import Answer, Site, serving

YAML = """# Ask Mona before you change it.
data_dir: data
watch:
  - ceasefire   # since March
  - name: Rafah
    type: place
    severity: high   # agreed with the night desk
    context: {forbid: [marathon]}
  # names with odd letters
  - new
  - a/b & <c>
channels:
  desk: {type: file, path: out.jsonl}
"""


@pytest.fixture
def written(tmp_path: Path, store: Database, redis_url: str) -> Iterator[Site]:
    """A site whose configuration somebody has written by hand."""
    with serving(tmp_path, store, redis_url) as site:
        (tmp_path / "monitor.yaml").write_text(YAML)
        yield site


def _file(site: Site) -> str:
    return (site.folder / "monitor.yaml").read_text()


def _field(page: Answer, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return html.unescape(found[1])


def _send(site: Site, path: str, **fields: str | list[str]) -> Answer:
    return site.post(path, urlencode(fields, doseq=True).encode(), accept="text/html")


def test_a_new_term_is_previewed_and_saved(written: Site) -> None:
    """The preview has the stories by day, a sample with its hit marked and the linter's warning; saving adds three lines to the file."""
    add_article(written.database, title="Flood in the valley", text="The flood came at night.")
    page = written.page("/terms/new")
    version = _field(page, "version")
    shown = _send(
        written, "/terms/new", do="preview", version=version, name="flood", kind="keyword", severity="low", channels="desk"
    )
    assert "<strong>1 story</strong> in 1 article of 1" in shown.text
    assert "<mark>flood</mark>" in shown.text
    assert shown.text.count("<rect") == 31
    assert "flood" not in _file(written)
    fields = {"severity": "critical", "tags": "water, night", "channels": "desk", "cooldown": "1h"}
    saved = _send(written, "/terms/new", do="save", version=version, name="flood", kind="keyword", any="flood\nfloods", **fields)
    assert (saved.status, saved.headers["location"]) == (303, "/terms/flood?saved=1")
    lines = [line for line in _file(written).splitlines() if line not in YAML.splitlines()]
    assert set(YAML.splitlines()) <= set(_file(written).splitlines())
    assert "name: flood" in " ".join(lines)
    assert "cooldown: 1h" in " ".join(lines)
    assert "Saved" in written.page("/terms/flood?saved=1").text
    assert _send(written, "/terms/new", do="save", name="flood", kind="keyword").status == 409


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "x", "kind": "query", "pattern": "a AND ("}, "AND"),
        ({"name": "x", "kind": "query"}, "query"),
        ({"name": " "}, "name"),
        ({"name": "x", "cooldown": "soon"}, "cooldown"),
        ({"name": "x", "severity": "loud"}, "severity"),
        ({"name": HOSTILE, "kind": "regex", "pattern": "("}, "&lt;script&gt;"),
    ],
)
@pytest.mark.parametrize("do", ["preview", "save"])
def test_what_is_wrong_is_said_beside_what_was_typed(written: Site, fields: dict[str, str], says: str, do: str) -> None:
    """A refused form comes back as it was filled in, with the reason, and nothing is written."""
    answer = _send(written, "/terms/new", do=do, **fields)
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert says in answer.text
    assert "<script>alert" not in answer.text
    assert _file(written) == YAML


def test_a_term_is_changed_with_what_its_form_does_not_show_kept(written: Site) -> None:
    """Only the keys that differ are written; comments stay, and the comparison names what only one wording raises."""
    add_article(written.database, title="Rafah crossing", text="Lorries cross at Rafah.")
    add_article(written.database, title="Rafiah crossing", text="Lorries cross at Rafiah.")
    page = written.page("/terms/Rafah")
    fields = {"name": "Rafah", "kind": "entity", "type": "place", "aliases": "Rafiah", "severity": "critical", "forbid": "marathon"}
    shown = _send(written, "/terms/Rafah", do="preview", version=_field(page, "version"), **fields)
    assert "<strong>2 stories</strong>" in shown.text
    assert "<strong>1 story</strong>" in shown.text
    assert "Only with the change: 1 story" in shown.text
    saved = _send(written, "/terms/Rafah", do="save", version=_field(page, "version"), **fields)
    assert saved.status == 303, saved.text
    expected = YAML.replace("severity: high", "severity: critical").replace("    type: place\n", "    type: place\n")
    kept = [line for line in _file(written).splitlines() if "aliases" not in line]
    assert kept == expected.splitlines()
    assert "aliases: [Rafiah]" in _file(written)


def test_somebody_else_has_saved_meanwhile(written: Site) -> None:
    """The second of two editors is told, keeps what was typed, sees what is written now, and can save after that."""
    seen = _field(written.page("/terms/Rafah"), "version")
    fields = {"name": "Rafah", "kind": "entity", "type": "place", "forbid": "marathon"}
    assert _send(written, "/terms/Rafah", do="save", version=seen, **fields, severity="low").status == 303
    late = _send(written, "/terms/Rafah", do="save", version=seen, **fields, severity="critical", tags="late")
    assert late.status == 412
    assert "Somebody else has saved" in late.text
    assert "severity: low" in late.text
    assert _field(late, "tags") == "late"
    assert "severity: low   # agreed" in _file(written)
    assert _send(written, "/terms/Rafah", do="remove", version=seen, **fields).status == 412
    assert _send(written, "/terms/Rafah", do="save", version=_field(late, "version"), **fields, severity="critical").status == 303
    assert "severity: critical   # agreed" in _file(written)


@pytest.mark.parametrize("name", ["new", "a/b & <c>"])
def test_any_name_has_a_page(written: Site, name: str) -> None:
    """The list of terms links to the page of each, which removes it and nothing else."""
    written.configure(watch=["new", "a/b & <c>", "ceasefire"])
    path = f"/terms/{'%20new' if name == 'new' else quote(name, safe='')}"
    assert 'href="/terms/Rafah%20offensive"' in written.page("/terms").text
    page = written.page(f"/terms/{path.removeprefix('/terms/')}")
    assert page.status == 200
    assert _field(page, "name") == name
    gone = _send(written, path, do="remove", version=_field(page, "version"), name=name)
    assert (gone.status, gone.headers["location"].startswith("/terms?removed=")) == (303, True)
    assert name not in _file(written)
    assert written.page(path).status == 404


def test_aliases_are_suggested_and_taken(written: Site) -> None:
    """Initials in parentheses after a name are offered, and a ticked one is in the file after saving."""
    add_article(written.database, title="Talks", text="The World Food Programme (WFP) said so.")
    fields = {"name": "World Food Programme", "kind": "entity", "type": "organisation"}
    shown = _send(written, "/terms/new", do="preview", **fields)
    assert 'name="suggested" value="WFP"' in shown.text
    assert _send(written, "/terms/new", do="save", suggested="WFP", **fields).status == 303
    assert "WFP" in _file(written)


def test_a_form_of_another_site_changes_nothing(written: Site) -> None:
    """What a browser sends for a page of another origin is refused."""
    body = urlencode({"do": "save", "name": "evil", "kind": "keyword"}).encode()
    assert written.post("/terms/new", body, origin="https://evil.example").status == 403
    assert _file(written) == YAML


def test_a_wrong_hit_is_kept_out_by_one_click(written: Site) -> None:
    """Each proposal says what it would have raised before and after; taking the phrase writes `not:` and the term no longer hits there."""
    wrong = "The Rafah Grill in Chicago won a prize for its lamb."
    alert_id = add_alert(written.database, title="Restaurants", text=wrong)
    add_article(written.database, title="Crossing", text="Lorries cross at Rafah today.")
    assert f'href="/alerts/{alert_id}/wrong"' in written.page(f"/alerts/{alert_id}").text
    page = written.page(f"/alerts/{alert_id}/wrong")
    assert "not within “Rafah Grill”" in page.text
    assert "2 → 1 stories" in page.text
    assert _send(written, f"/alerts/{alert_id}/wrong", keys='{"severity": "low"}').status == 422
    taken = _send(written, f"/alerts/{alert_id}/wrong", keys='{"not": ["Rafah Grill"]}', version=_field(page, "version"))
    assert (taken.status, taken.headers["location"]) == (303, "/terms/Rafah?saved=1")
    assert [line for line in _file(written).splitlines() if "not:" not in line] == YAML.splitlines()
    assert "does not hit here any more" in written.page(f"/alerts/{alert_id}/wrong").text
    assert _send(written, f"/alerts/{alert_id}/wrong", keys='{"not": ["x"]}', version=_field(page, "version")).status == 412
