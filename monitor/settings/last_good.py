"""Keep the files of the last configuration that could be used, so that a start with a broken one goes on with it.

What `*_file` names is not kept: secrets stay in their own files, and are read from there.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from monitor.settings.files import Files, KeptFiles
from monitor.settings.interpolate import interpolate
from monitor.settings.load import CheckTerms, LoadResult, read_config
from monitor.settings.model import Settings

NAME: Final = "last-good-configuration.json"
_DATA_DIR: Final = re.compile(r"""^[ {]*["']?data_dir["']?\s*:\s*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s#,}][^#,}\n]*))""", re.MULTILINE)
_DATA_DIR_INSIDE: Final = re.compile(r'"data_dir"\s*:\s*"([^"\n]+)"')


def keep(path: Path, settings: Settings, files: Files) -> None:
    """Store the files of the configuration at `path`, unless one has changed since they were read. OSErrors are raised."""
    if files.state_now() != files.state:
        return
    document = {
        "path": str(_absolute(path)),
        "files": {str(file): base64.b64encode(file.read_bytes()).decode() for file in sorted(files.sources)},
        "globs": {seen: [str(found) for found in state] for seen, state in files.state.items() if isinstance(seen, str)},
    }
    target = settings.data_dir / NAME
    text = json.dumps(document)
    if target.exists() and target.read_text("utf-8") == text:
        return
    part = target.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def read_last_good(path: Path, env: Mapping[str, str], *, check_terms: CheckTerms | None = None) -> LoadResult | None:
    """Return what the kept files of the configuration at `path` say; None where none are kept, or where they cannot be used any more."""
    try:
        document = json.loads((_data_dir(path, env) / NAME).read_text("utf-8"))
        if document["path"] != str(_absolute(path)):
            return None
        kept = KeptFiles(
            contents={Path(file): base64.b64decode(data) for file, data in document["files"].items()},
            globs={pattern: tuple(map(Path, found)) for pattern, found in document["globs"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    reading = read_config(path, env, check_terms=check_terms, kept=kept)
    return None if reading.settings is None else replace(reading, faults=())


def _data_dir(path: Path, env: Mapping[str, str]) -> Path:
    """Return the data directory that a configuration names which cannot be read as a whole."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        text = ""
    found = _DATA_DIR.search(text) or _DATA_DIR_INSIDE.search(text)
    named = next((group for group in found.groups() if group), "").strip() if found else ""
    named = interpolate(named, env)[0]
    folder = _absolute(path).parent
    return folder / Path(named).expanduser() if named else folder / "data"


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - links must not be followed: relative paths are relative to the file as it is named
