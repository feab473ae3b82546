"""What rehearsal partners hold, kept in a file between two rehearsals, so that links into them go on working.

Only files of this home, written here and readable by their owner alone, are read. Refuses none: a file that cannot be
read is a rehearsal that begins anew.
"""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tierline.rehearsal.desk import Desk
from tierline.rehearsal.playing import Player

#: What a partner has beside its rows: how it is reached, who may come in, its clock, its switches.
NOT_KEPT: Final = frozenset(vars(Desk())) | {
    "now",
    "client",
    "clients",
    "passwords",
    "tokens",
    "_tokens",
    "remembers",
    "_listening",
}


def keep(parts: Mapping[str, Desk | Player], file: Path) -> None:
    """Write the state of the parts, whole or not at all."""
    draft = file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_bytes(pickle.dumps({name: _state(part) for name, part in parts.items()}))
    draft.replace(file)


def bring_back(parts: Mapping[str, Desk | Player], file: Path) -> bool:
    """Give the parts the state they had; False when there is none that can be read."""
    try:
        state = pickle.loads(file.read_bytes())  # noqa: S301 - written by ``keep`` into this home, for its owner only
        fitting = all(state[name].keys() == _state(part).keys() for name, part in parts.items())
    except (OSError, pickle.PickleError, AttributeError, EOFError, KeyError, ImportError, TypeError, ValueError):
        return False
    for name, part in parts.items() if fitting else ():
        for field, value in state[name].items():
            setattr(part, field, value)
    return fitting


def _state(part: Desk | Player) -> dict[str, Any]:
    """What makes up a part, as plain fields: pickled together, they go on sharing what they share."""
    if isinstance(part, Player):
        return {"done": part.done}
    return {field: value for field, value in vars(part).items() if field not in NOT_KEPT and not callable(value)}
