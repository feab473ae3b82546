"""What rehearsal partners hold, kept in a file between two rehearsals, so that links into them go on working.

Only files of this home, written here and readable by their owner alone, are read. Refuses none: a file that cannot be
read is a rehearsal that begins anew.
"""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

#: What makes up the state of each partner that is kept.
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "github": ("issues", "_ids"),
    "dynamics": (
        "organisation",
        "names",
        "actions",
        "incidents",
        "annotations",
        "queue_items",
        "resolutions",
        "forgets_before",
    ),  # one another's, and so written together
    "servicenow": ("tables", "group", "_made"),
    "player": ("done",),
}


def keep(parts: Mapping[str, Any], file: Path) -> None:
    """Write the state of the parts, whole or not at all."""
    state = {name: {field: getattr(part, field) for field in KEPT[name]} for name, part in parts.items()}
    draft = file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_bytes(pickle.dumps(state))
    draft.replace(file)


def bring_back(parts: Mapping[str, Any], file: Path) -> bool:
    """Give the parts the state they had; False when there is none that can be read."""
    try:
        state = pickle.loads(file.read_bytes())  # noqa: S301 - written by ``keep`` into this home, for its owner only
        for name, part in parts.items():
            for field, value in state[name].items():
                setattr(part, field, value)
    except (OSError, pickle.PickleError, AttributeError, EOFError, KeyError, ImportError, TypeError, ValueError):
        return False
    return True
