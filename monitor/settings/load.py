"""Load a configuration from disk: settings, or every fault in it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Environment
from collections.abc import Sequence as Several
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, TypeAdapter, ValidationError

from monitor.domain.errors import ConfigError, Fault
from monitor.domain.watch import Term
from monitor.masking import remember
from monitor.settings.config_merger import ConfigMerger
from monitor.settings.config_positions import ConfigPositions
from monitor.settings.environment import with_environment
from monitor.settings.extras import missing_extras
from monitor.settings.files import Files, KeptFiles
from monitor.settings.model import NOT_WRITTEN, Settings
from monitor.settings.references import repeated_feeds, unknown_engine, unresolved_references
from monitor.settings.schema_walker import SchemaWalker
from monitor.settings.secrets import hidden_queries, secrets_of
from monitor.settings.source_position import Mapping, Scalar
from monitor.settings.term_reader import TermReader, faults_of
from monitor.settings.validation_messages import validation_message
from monitor.settings.values import DatabaseAddress, RedisAddress

CheckTerms = Callable[[Several[Term]], Several[Fault]]
"""Finds faults in terms that only the matcher can see, such as in queries.

The place of a term is its `where`. A fault's column may lie beyond it by the characters of the query before the trouble.
"""

_FROM_ENVIRONMENT: Final = {
    "redis_url": ("REDIS_URL", TypeAdapter[SecretStr](RedisAddress)),
    "database_url": ("DATABASE_URL", TypeAdapter[SecretStr](DatabaseAddress)),
}
_BESIDE_THE_MODEL: Final = ("include", "watch")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """The result of reading a configuration: settings or faults, the files that were looked at, and where each part is written."""

    settings: Settings | None
    faults: tuple[Fault, ...]
    files: Files
    positions: ConfigPositions


def load_config(path: Path, env: Environment[str, str], *, check_terms: CheckTerms | None = None) -> Settings:
    """Return the settings of `path` and the files it includes. Raises ConfigError with every fault, in file order."""
    reading = read_config(path, env, check_terms=check_terms)
    if reading.settings is None:
        raise ConfigError(reading.faults)
    return reading.settings


def read_config(
    path: Path,
    env: Environment[str, str],
    *,
    check_terms: CheckTerms | None = None,
    before: Files | None = None,
    kept: KeptFiles | None = None,
    drafts: Environment[Path, bytes] | None = None,
) -> LoadResult:
    """Load like `load_config`, but return faults instead of raising them, and the files that were read.

    The secrets of what is loaded are masked in all that this process shows from then on. `before` are the files of an earlier load in the same
    environment: unchanged YAML and rows of lists are not read again. `kept` are read instead of those on the disk, `drafts` are contents that are
    read in place of those of single files.
    """
    files = Files(kept=kept, drafts=drafts or {})
    if before is not None:
        files = replace(files, known=before.trees, known_lists=before.lists)
    merger = ConfigMerger(env=env, files=files)
    root = merger.read(Path.cwd() / path, str(path))
    faults = merger.faults
    settings, positions = None, ConfigPositions()
    if root is not None:
        settings, positions = _interpret(with_environment(root, env), env, merger, check_terms)
    if settings is not None:
        texts = [source.text for source in files.trees]
        remember(secrets_of(settings, texts, env, files.secrets), hidden_queries(settings))
    ordered = sorted(
        set(faults), key=lambda fault: (files.order.get(fault.file, len(files.order)), fault.line, fault.column, fault.message)
    )
    return LoadResult(settings=None if ordered else settings, faults=tuple(ordered), files=files, positions=positions)


def _interpret(
    root: Mapping, env: Environment[str, str], merger: ConfigMerger, check_terms: CheckTerms | None
) -> tuple[Settings | None, ConfigPositions]:
    faults = merger.faults
    entries = dict(root.entries)
    watch = entries.pop("watch", None)
    walker = SchemaWalker(files=merger.files)
    data = walker.section(Mapping(position=root.position, entries=entries), Settings, without=NOT_WRITTEN, also=_BESIDE_THE_MODEL)
    terms = TermReader(env=env, files=merger.files)
    if watch is not None:
        terms.read(watch.value)
    faults += walker.faults
    faults += terms.faults
    faults += repeated_feeds(data, walker)
    if not merger.broken:
        faults += unresolved_references(data, walker, entries.get("channels"), terms)
        faults += missing_extras(data, walker)
    faults += unknown_engine(data, walker)
    if check_terms is not None:
        faults += _checked(terms, check_terms)
    faults += _override(data, env, root)
    faults += _validate_selected(data, walker, root)
    data.setdefault("data_dir", root.position.source.path.parent / "data")
    positions = ConfigPositions(configuration=walker.nodes, terms=terms.places)
    try:
        return Settings.model_validate({**data, "terms": tuple(terms.terms)}), positions
    except ValidationError as error:
        faults += faults_of(error, walker, root)
        return None, positions


def _validate_selected(data: dict[str, Any], walker: SchemaWalker, root: Mapping) -> list[Fault]:
    """Put the model that `type` selected in the place of its data; without the model, the place is left out."""
    faults = []
    for at, model in walker.selected.items():
        *path, name = at
        parent: Any = data
        for key in path:
            parent = parent[key]
        try:
            parent[name] = model.model_validate(parent[name])
        except ValidationError as error:
            faults += faults_of(error, walker, root, below=at)
            del parent[name]
    return faults


def _override(data: dict[str, Any], env: Environment[str, str], root: Mapping) -> list[Fault]:
    """Let environment variables override the file."""
    faults = []
    for key, (variable, address) in _FROM_ENVIRONMENT.items():
        if env.get(variable):
            try:
                data[key] = address.validate_python(env[variable])
            except ValidationError as error:
                faults.append(root.position.source.fault(0, 0, f"${variable}: {validation_message(error.errors()[0])}"))
    return faults


def _checked(terms: TermReader, check_terms: CheckTerms) -> list[Fault]:
    """Return the matcher's faults at their positions in the file."""
    return [_moved(fault, terms.queries) for fault in check_terms((*terms.terms, *terms.broken))]


def _moved(fault: Fault, queries: dict[str, Scalar]) -> Fault:
    for column in range(fault.column, 0, -1):
        query = queries.get(f"{fault.file}:{fault.line}:{column}")
        if query is not None:
            offset = fault.column - column if query.value == query.written else 0
            return query.position_of(offset).fault(fault.message)
    return fault
