"""What a configuration means once it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.watch import Context, EntityType, Repeat, Scope, Severity, Term, TermKind
from monitor.settings.load import load_config
from monitor.settings.model import Settings
from workers.channels.slack import SlackChannel
from workers.channels.telegram import TelegramChannel
from workers.channels.webhook import WebhookChannel

REPOSITORY = Path(__file__).parents[3]
SECRET = "s3cret-value-7f3k9xq"


def loaded(folder: Path, text: str, env: Mapping[str, str] | None = None, **files: str) -> Settings:
    """The settings of a main file and further files (`name_yaml` is `name.yaml`)."""
    for name, body in files.items():
        (folder / name.replace("_", ".")).write_text(body)
    (folder / "monitor.yaml").write_text(text)
    return load_config(folder / "monitor.yaml", env or {})


EXAMPLE = """\
include: [feeds.yaml]
data_dir: ../data
polling: {min: 1m, max: 6h, host_gap: 1s, host_connections: 2, timeout: 30s, max_body: 10MB}
backfill: 24h
feeds:
  - https://example.org/rss.xml           # a plain URL is enough
  - url: https://example.org/world.xml
    name: Example World
    every: 5m
    tags: [world]
    language: en
    full_text: true
    headers: {Authorization: "Bearer ${TOKEN}"}
folders:
  - ../seeds
watch:
  - ceasefire
  - name: Rafah
    type: place
    aliases: [Rafiah, رفح, רפיח]
    context: {forbid: [marathon], within: 30}
    severity: high
  - name: Truce talks
    any: [truce, ceasefire, "cessation of hostilities"]
  - name: Rafah offensive
    query: 'Rafah NEAR/10 (offensive OR invasion OR "ground operation") NOT title:football'
    severity: critical
    channels: [desk]
    cooldown: 30m
    repeat: story
    tags: [gaza]
    only: {sources: [Example World], tags: [world], languages: [en]}
channels:
  desk:  {type: slack,   url: "${SLACK_WEBHOOK_URL}"}
  audit: {type: webhook, url: https://example.org/hook, secret: "${HOOK_SECRET}"}
  log:   {type: file, path: ../data/alerts.jsonl}
  phone: {type: apprise, url: "ntfy://topic"}
routes:
  - {min_severity: high, channels: [desk, phone]}
  - {tags: [gaza], channels: [audit]}
"""
ENV = {"TOKEN": SECRET, "SLACK_WEBHOOK_URL": f"https://hooks.slack.example/{SECRET}", "HOOK_SECRET": SECRET}


def test_the_documented_example_loads(tmp_path: Path) -> None:
    """The example of the documentation means what it says."""
    settings = loaded(tmp_path, EXAMPLE, ENV, feeds_yaml="feeds: [https://example.org/more.xml]\n")
    assert settings.data_dir == tmp_path.parent / "data"
    assert [folder.path for folder in settings.folders] == [tmp_path.parent / "seeds"]
    assert settings.polling.max_body == 10_000_000
    assert settings.backfill == timedelta(days=1)
    assert [feed.url for feed in settings.feeds] == [
        "https://example.org/rss.xml",
        "https://example.org/world.xml",
        "https://example.org/more.xml",
    ]
    world = settings.feeds[1]
    assert (world.name, world.every, world.tags, world.language, world.full_text) == (
        "Example World",
        timedelta(minutes=5),
        ("world",),
        "en",
        True,
    )
    assert world.headers["Authorization"].get_secret_value() == f"Bearer {SECRET}"
    assert list(settings.channels) == ["desk", "audit", "log", "phone"]
    assert settings.routes[0].min_severity is Severity.HIGH
    assert settings.routes[1].tags == ("gaza",)


def test_terms_are_of_the_kind_that_their_keys_say(tmp_path: Path) -> None:
    """A word is a keyword, a type makes an entity, a query a query; each knows where it stands."""
    settings = loaded(tmp_path, EXAMPLE, ENV, feeds_yaml="feeds:\n")
    file = tmp_path / "monitor.yaml"
    assert settings.terms == (
        Term(name="ceasefire", kind=TermKind.KEYWORD, phrases=("ceasefire",), where=f"{file}:17:5"),
        Term(
            name="Rafah",
            kind=TermKind.ENTITY,
            phrases=("Rafah", "Rafiah", "رفح", "רפיח"),
            type=EntityType.PLACE,
            context=Context(forbid=("marathon",), within=30),
            severity=Severity.HIGH,
            where=f"{file}:18:11",
        ),
        Term(
            name="Truce talks",
            kind=TermKind.KEYWORD,
            phrases=("truce", "ceasefire", "cessation of hostilities"),
            where=f"{file}:23:11",
        ),
        Term(
            name="Rafah offensive",
            kind=TermKind.QUERY,
            query='Rafah NEAR/10 (offensive OR invasion OR "ground operation") NOT title:football',
            severity=Severity.CRITICAL,
            channels=("desk",),
            cooldown=timedelta(minutes=30),
            repeat=Repeat.STORY,
            tags=("gaza",),
            scope=Scope(sources=frozenset({"Example World"}), tags=frozenset({"world"}), languages=frozenset({"en"})),
            where=f"{file}:26:13",
        ),
    )


def test_secrets_are_in_no_representation(tmp_path: Path) -> None:
    """Neither printing the settings nor dumping them shows a secret."""
    env = {**ENV, "REDIS_URL": f"redis://:{SECRET}@cache/0", "DATABASE_URL": f"postgresql://me:{SECRET}@db/news"}
    text = EXAMPLE + "  - {terms: [Rafah], channels: []}\nweb: {token: s3cret-value-7f3k9xq}\n"
    text = text.replace("feeds:\n", "feeds:\n  - https://me:s3cret-value-7f3k9xq@example.org/private.xml\n", 1)
    settings = loaded(tmp_path, text, env, feeds_yaml="feeds:\n")
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == env["REDIS_URL"]
    for shown in (repr(settings), str(settings), settings.model_dump_json(exclude={"terms"}), str(settings.model_dump())):
        assert "s3cret" not in shown
    private = settings.feeds[0]
    assert private.url == "https://example.org/private.xml"
    assert private.auth is not None
    assert (private.auth.username, private.auth.password and private.auth.password.get_secret_value()) == ("me", SECRET)


def test_the_default_configuration_works_as_it_stands() -> None:
    """The files that come with the program load without any environment and watch for something."""
    settings = load_config(REPOSITORY / "config" / "monitor.yaml", {})
    assert [folder.path for folder in settings.folders] == [REPOSITORY / "seeds"]
    assert settings.data_dir == REPOSITORY / "data"
    assert {"Rafah", "ceasefire"} <= {term.name for term in settings.terms}
    assert len(settings.feeds) >= 12
    assert len({feed.language for feed in settings.feeds}) >= 5
    assert list(settings.channels) == ["log"]


def test_the_environment_wins(tmp_path: Path) -> None:
    """$REDIS_URL and $DATABASE_URL replace what the file says; empty ones do not."""
    env = {"REDIS_URL": "redis://other/1", "DATABASE_URL": ""}
    settings = loaded(tmp_path, "redis_url: redis://file/0\ndatabase_url: postgresql://file/news\n", env)
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == "redis://other/1"
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://file/news"


def test_a_wrong_environment_is_named(tmp_path: Path) -> None:
    """A useless $REDIS_URL is a fault that names the variable and not its value."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, "watch: [truce]\n", {"REDIS_URL": "s3cret"})
    assert [fault.message for fault in caught.value.faults] == ["$REDIS_URL: expected redis://…, rediss://… or unix://…"]


def test_variables_defaults_and_dollars(tmp_path: Path) -> None:
    """`${VAR}`, `${VAR:-default}` and `$$`, anywhere in a text; a lone dollar is a dollar."""
    text = 'watch: ["${A}b", "${NONE:-dflt}", "${EMPTY:-dflt2}", "$$5 ${A}", "$7 m", "$${A}"]\nweb: {port: "${PORT:-99}"}\n'
    settings = loaded(tmp_path, text, {"A": "x y", "EMPTY": ""})
    assert [term.name for term in settings.terms] == ["x yb", "dflt", "dflt2", "$5 x y", "$7 m", "${A}"]
    assert settings.web.port == 99


def test_secrets_come_from_files(tmp_path: Path) -> None:
    """`url_file`, `secret_file` and a header's file are read, without the line feed at their end."""
    text = """\
channels:
  desk: {type: slack, url_file: url.txt}
  hook: {type: webhook, url: "https://example.org/hook", secret_file: key.txt, headers: {X-Key_file: key.txt}, template_file: body.txt}
  chat: {type: telegram, token_file: key.txt, chat_id: -100}
redis_url_file: redis.txt
"""
    files = {
        "url_txt": "https://hooks.slack.example/x\n",
        "key_txt": "  k1-7f3k9xq2mz8w4tn\n",
        "body_txt": "{{ alert.term }}\n",
        "redis_txt": "redis://r/0",
    }
    settings = loaded(tmp_path, text, None, **files)
    desk, hook, chat = settings.channels["desk"], settings.channels["hook"], settings.channels["chat"]
    assert isinstance(desk, SlackChannel)
    assert desk.url is not None
    assert desk.url.get_secret_value() == "https://hooks.slack.example/x"
    assert isinstance(hook, WebhookChannel)
    assert (hook.secrets, hook.headers["X-Key"].get_secret_value(), hook.template) == (
        ("k1-7f3k9xq2mz8w4tn",),
        "k1-7f3k9xq2mz8w4tn",
        "{{ alert.term }}",
    )
    assert isinstance(chat, TelegramChannel)
    assert (chat.token.get_secret_value(), chat.chat_id) == ("k1-7f3k9xq2mz8w4tn", "-100")


def test_several_secrets_sign(tmp_path: Path) -> None:
    """`secret` takes one secret or a list of them."""
    settings = loaded(
        tmp_path, 'channels:\n  a: {type: webhook, url: "https://e.org/", secret: [new-7f3k9xq2mz8w, old-4jd8s0qk3vn6]}\n'
    )
    hook = settings.channels["a"]
    assert isinstance(hook, WebhookChannel)
    assert hook.secrets == ("new-7f3k9xq2mz8w", "old-4jd8s0qk3vn6")


def test_includes_join_lists_and_mappings(tmp_path: Path) -> None:
    """Lists of several files are one list, channels of several files one mapping; an empty key is nothing."""
    (tmp_path / "teams").mkdir()
    for name in ("b", "a"):
        (tmp_path / "teams" / f"{name}.yaml").write_text(
            f"watch: [{name}]\nchannels:\n  {name}: {{type: file, path: {name}.jsonl}}\n"
        )
    settings = loaded(tmp_path, "include: ['teams/*.yaml', more.yaml]\nwatch: [main]\n", more_yaml="watch:\npolling: {min: 5m}\n")
    assert [term.name for term in settings.terms] == ["main", "a", "b"]
    assert {name: getattr(channel, "path", None) for name, channel in settings.channels.items()} == {
        "a": tmp_path / "teams" / "a.jsonl",
        "b": tmp_path / "teams" / "b.jsonl",
    }
    assert settings.polling.min == timedelta(minutes=5)


def test_a_glob_does_not_include_its_own_file(tmp_path: Path) -> None:
    """`include: "*.yaml"` takes the other files, and each file once."""
    settings = loaded(tmp_path, "include: ['*.yaml', a.yaml]\n", a_yaml="watch: [one]\n")
    assert [term.name for term in settings.terms] == ["one"]


def test_values_keep_the_letters_they_are_written_in(tmp_path: Path) -> None:
    """YAML's numbers, dates and truth words are words when they are watch terms; `no` is `no`."""
    settings = loaded(tmp_path, "watch:\n- no\n- 1984\n- 2024-03-21\n- 1e3\n- 0x1F\n- true\n- 007\n")
    assert [term.name for term in settings.terms] == ["no", "1984", "2024-03-21", "1e3", "0x1F", "true", "007"]


def test_shorthands(tmp_path: Path) -> None:
    """Where one key is meant, its value alone is enough."""
    text = "log: debug\nretention: 30d\nworkers: 3\nnotify_operator: [ops]\nchannels:\n  ops: {type: log, digest: 1h, fallback: ops2}\n  ops2: {type: log}\n"
    settings = loaded(tmp_path, text)
    assert settings.log.level == "debug"
    assert settings.retention.articles == timedelta(days=30)
    assert settings.workers.scan == 3
    assert settings.notify_operator is not None
    assert settings.notify_operator.channels == ("ops",)
    digest = settings.channels["ops"].digest
    assert digest is not None
    assert digest.every == timedelta(hours=1)


def test_bom_and_windows_line_ends(tmp_path: Path) -> None:
    """A file written by an editor on Windows loads, and its places are right."""
    path = tmp_path / "monitor.yaml"
    path.write_bytes(b"\xef\xbb\xbfwatch:\r\n  - Rafah\r\n  - caf\xc3\xa9\r\n")
    settings = load_config(path, {})
    assert [(term.name, term.where) for term in settings.terms] == [("Rafah", f"{path}:2:5"), ("café", f"{path}:3:5")]


def test_anchors_may_be_used_and_used_again(tmp_path: Path) -> None:
    """YAML's anchors and aliases work, and one name may be given twice, as YAML allows."""
    text = "watch:\n  - {name: a, tags: &t [x]}\n  - {name: b, tags: *t}\n  - {name: c, tags: &t [y]}\n  - {name: d, tags: *t}\n"
    assert [term.tags for term in loaded(tmp_path, text).terms] == [("x",), ("x",), ("y",), ("y",)]
