"""Keep the settings of a running process up to date with the files: a change is applied as a whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.domain.errors import ConfigError, Fault
from monitor.domain.watch import Term
from monitor.settings.files import Files, State
from monitor.settings.last_good import keep, read_last_good
from monitor.settings.load import CheckTerms, LoadResult, read_config
from monitor.settings.model import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """New settings are in force."""

    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The files cannot be used; the settings before stay in force."""

    faults: tuple[Fault, ...]


class LiveSettings:
    """The settings of a running process. The constructor raises ConfigError with every fault, unless `or_last_good` and one is kept.

    `faults` is what is wrong with the files on disk while they are not in force.

    `refresh` costs one `stat` for each file and is meant to be called about every second. It checks the main file, all included files and
    lists, the files that globs match, and the files that secrets are read from. A change is read when two calls have found the files
    unchanged, and applied if they are still unchanged after reading, so that half-written files and half-copied directories are waited for.
    """

    def __init__(
        self, path: Path, env: Mapping[str, str], check_terms: CheckTerms | None = None, *, or_last_good: bool = False
    ) -> None:
        self._path = path
        self._env = dict(env)
        self._check_terms = check_terms
        self._sound: tuple[Term, ...] | None = None
        self._files = Files()
        reading = self._read_config()
        good: LoadResult | None = reading
        if reading.settings is None:
            good = read_last_good(path, env, check_terms=check_terms) if or_last_good else None
        if good is None or good.settings is None:
            raise ConfigError(reading.faults)
        self._current = good.settings
        self._files = reading.files
        self._glimpsed: State | None = None
        self._reported: tuple[Fault, ...] = reading.faults
        self._refused: str | None = None

    @property
    def current(self) -> Settings:
        """The settings in force."""
        return self._current

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the files on disk, which are not in force then."""
        return self._reported

    @property
    def problem(self) -> str | None:
        """Why the configuration on disk is not the one in force, in a line; None if it is."""
        if self._refused is not None:
            return f"the configuration on disk is not in force: {self._refused}"
        if not self._reported:
            return None
        more = f" and {len(self._reported) - 1} more" if len(self._reported) > 1 else ""
        return f"the configuration on disk is broken, an earlier one is in force: {self._reported[0]}{more}; `news-monitor check` shows all"

    @property
    def path(self) -> Path:
        """The main file."""
        return self._path

    @property
    def env(self) -> Mapping[str, str]:
        """The environment from which variables are taken."""
        return self._env

    def refuse(self, reason: str | None) -> None:
        """Note why this process could not take up the settings, or that it has."""
        self._refused = reason

    def keep_as_good(self) -> None:
        """Store the files in force, for a start that finds them broken. Raises OSError."""
        if not self._reported:
            keep(self._path, self._current, self._files)

    def refresh(self) -> Changed | Rejected | None:
        """Apply what has changed on disk and return the result; None if nothing has. A rejected change is returned once; changed comments are no change."""
        now = self._files.state_now()
        if now == self._files.state:
            self._glimpsed = None
            return None
        if now != self._glimpsed:
            self._glimpsed = now
            return None
        self._glimpsed = None
        reading = self._read_config()
        if reading.files.state_now() != reading.files.state:
            return None
        self._files = reading.files
        return self._take(reading)

    def _read_config(self) -> LoadResult:
        return read_config(
            self._path, self._env, check_terms=None if self._check_terms is None else self._checked, before=self._files
        )

    def _checked(self, terms: Sequence[Term]) -> Sequence[Fault]:
        """Return the faults of `check_terms`, which does not check the same watch list twice when something else has changed."""
        if self._check_terms is None or tuple(terms) == self._sound:
            return ()
        faults = self._check_terms(terms)
        if not faults:
            self._sound = tuple(terms)
        return faults

    def _take(self, reading: LoadResult) -> Changed | Rejected | None:
        before, self._reported = self._reported, reading.faults
        if reading.settings is None:
            return None if reading.faults == before else Rejected(faults=reading.faults)
        if reading.settings == self._current:
            return None
        self._current = reading.settings
        return Changed(settings=reading.settings)
