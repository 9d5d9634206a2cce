"""Every kind of mistake is a file in `faults/`; beside it stand the messages that an operator gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.cli.terms import check_terms
from monitor.domain.errors import ConfigError, Fault
from monitor.domain.watch import Term
from monitor.settings.load import load_config

FAULTS = Path(__file__).parent / "faults"
CASES = sorted([*FAULTS.glob("*.yaml"), *FAULTS.glob("*/monitor.yaml")])
SECRET = "s3cret-value-7f3k9xq"


def expected(case: Path) -> list[str]:
    """The messages that stand beside a case."""
    beside = case.with_suffix(".txt") if case.parent == FAULTS else case.parent / "expected.txt"
    return beside.read_text().splitlines()


@pytest.mark.parametrize("case", CASES, ids=[str(case.relative_to(FAULTS)) for case in CASES])
def test_every_fault_is_told_at_its_place(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All faults at once, in file order, with what was probably meant; nothing that is secret is repeated."""
    monkeypatch.chdir(case.parent)
    with pytest.raises(ConfigError) as caught:
        load_config(Path(case.name), {"TOKEN": SECRET})
    assert str(caught.value).splitlines() == expected(case)
    assert "s3cret" not in str(caught.value)
    assert caught.value.exit_status == 2


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    """The main file that is not there is named, not a traceback."""
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "nowhere.yaml", {})
    assert caught.value.faults == (Fault(file=str(tmp_path / "nowhere.yaml"), line=0, column=0, message="no such file"),)


def test_a_huge_file_is_sent_to_a_list(tmp_path: Path) -> None:
    """YAML is slow: ten megabytes of it are refused with the advice to use a list."""
    path = tmp_path / "monitor.yaml"
    path.write_bytes(b"watch:\n" + b"  - truce and talks\n" * 500_000)
    with pytest.raises(ConfigError, match="put long lists in CSV or JSON"):
        load_config(path, {})


def test_aliases_cannot_fill_the_memory(tmp_path: Path) -> None:
    """Ten levels of ten aliases each mean ten thousand million values, and are refused at once."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    path = tmp_path / "monitor.yaml"
    path.write_text("\n".join(lines))
    with pytest.raises(ConfigError, match="expand to too many values"):
        load_config(path, {})


def test_deep_nesting_is_a_fault(tmp_path: Path) -> None:
    """A thousand brackets are a fault of the file and no crash."""
    path = tmp_path / "monitor.yaml"
    path.write_text("watch: " + "[" * 1_200)
    with pytest.raises(ConfigError):
        load_config(path, {})


def faults_of(path: Path) -> list[str]:
    """The messages for a file; none if it loads."""
    try:
        load_config(path, {"A": "1"})
    except ConfigError as error:
        return [fault.message for fault in error.faults] or [""]
    return []


PIECES = st.sampled_from(
    [
        "watch:", "feeds:", "channels:", "include:", "routes:", "polling:", "desk:", "type: slack", "type: place", "name: Rafah", "query:",
        "any:", "{", "}", "[", "]", "- ", "  ", "\n", "\n  ", "\t", ":", "#", "&a", "*a", "!!str", "|", ">", "'", '"', "${", "${A}", "$$", "}",
        "https://example.org", "5m", "1", "null", "~", "---", "...", "%YAML 1.1", "<<:", "\\", "é", "\u2028", "\x00", "*", "?", "a_file: /",
        "include: '*'", "url_file: .", "path: ~nobody9/x", "\ud7ff", "severity: hgih", "redis_url:", "quiet_hours:", "zone: ../x",
    ]
)  # fmt: skip


@given(body=st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=25).map(lambda parts: "".join(parts).encode())))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_crash_the_loader(body: bytes, tmp_path: Path) -> None:
    """Whatever stands in the file, it loads or the faults are told."""
    path = tmp_path / "monitor.yaml"
    path.write_bytes(body)
    assert all(faults_of(path))


@given(
    text=st.one_of(
        st.text(max_size=100),
        st.lists(st.sampled_from(["name", ",", ";", "\n", '"', "[", "]", "{", "}", ":", "a", "type", "\t"])).map("".join),
    ),
    suffix=st.sampled_from([".csv", ".tsv", ".json", ".jsonl"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_list_crashes_the_loader(text: str, suffix: str, tmp_path: Path) -> None:
    """Whatever stands in a list, it loads or the faults are told."""
    (tmp_path / f"list{suffix}").write_text(text, encoding="utf-8", errors="replace")
    path = tmp_path / "monitor.yaml"
    path.write_text(f"watch: [{{include: list{suffix}}}]")
    assert all(faults_of(path))


@pytest.mark.parametrize(
    ("value", "trouble", "line", "column"),
    [
        ("Rafah AND AND truce", 10, 4, 22),
        ("'Rafah ''x'' AND AND truce'", 14, 4, 29),
        ('"Rafah \\"x\\" AND AND truce"', 14, 4, 29),
        ("Rafah\n      AND\n      AND truce", 10, 6, 7),
        (">\n      Rafah AND\n      AND truce", 10, 6, 7),
        ("|-\n      Rafah\n      AND\n      AND truce", 10, 7, 7),
        ("${Q:-Rafah AND AND} truce", 10, 4, 12),
    ],
    ids=["plain", "single quotes", "double quotes", "plain over lines", "folded", "literal", "a variable: the value as a whole"],
)
def test_a_fault_in_a_query_points_into_the_file(tmp_path: Path, value: str, trouble: int, line: int, column: int) -> None:
    """Wherever and however the query is written, the place of the trouble is a place in the file."""
    path = tmp_path / "monitor.yaml"
    path.write_text(f"watch:\n  - name: Q\n    severity: high\n    query: {value}\n")

    def check(terms: object) -> list[Fault]:
        assert isinstance(terms, tuple)
        (term,) = terms
        assert isinstance(term, Term)
        file, at_line, at_column = term.where.rsplit(":", 2)
        return [Fault(file=file, line=int(at_line), column=int(at_column) + trouble, message="expected a word")]

    with pytest.raises(ConfigError) as caught:
        load_config(path, {}, check_terms=check)
    (fault,) = caught.value.faults
    assert (fault.line, fault.column, fault.message) == (line, column, "expected a word")


def test_queries_are_checked_beside_other_faults(tmp_path: Path) -> None:
    """A misspelled key in one term hides neither its own query's fault nor the next term's."""
    path = tmp_path / "monitor.yaml"
    path.write_text("watch:\n  - {name: A, query: x AND, severty: high}\n  - {name: B, query: y AND}\n")

    def check(terms: object) -> list[Fault]:
        assert isinstance(terms, tuple)
        places = [term.where.rsplit(":", 2) for term in terms if isinstance(term, Term)]
        return [Fault(file=file, line=int(line), column=int(column), message="expected a word") for file, line, column in places]

    with pytest.raises(ConfigError) as caught:
        load_config(path, {}, check_terms=check)
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(2, 22), (2, 29), (3, 22)]


def test_a_list_with_thousands_of_faults_tells_the_first_fifty(tmp_path: Path) -> None:
    """A list of the wrong kind does not bury the terminal."""
    (tmp_path / "list.csv").write_text("name,severity\n" + "".join(f"n{n},hgih\n" for n in range(1000)))
    path = tmp_path / "monitor.yaml"
    path.write_text("watch: [{include: list.csv}]")
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})
    assert len(caught.value.faults) == 51
    assert caught.value.faults[-1].message == "950 more faults in this list, from here on"


def test_the_matchers_faults_stand_where_the_trouble_is(tmp_path: Path) -> None:
    """With the real query language, the place is that of the word that is wrong."""
    path = tmp_path / "monitor.yaml"
    path.write_text("watch:\n  - {name: A, query: 'x AND (y OR'}\n  - name: B\n    query: >-\n      truce AND\n      AND talks\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path, {}, check_terms=check_terms)
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(2, 34), (6, 7)]
