"""The kinds of refusal every door must be able to tell apart. Each carries a sentence its reader can act on."""


class Refusal(Exception):
    """Something was asked that cannot be done; ``str()`` says what, where and what now."""


class NotFound(Refusal):
    """There is no such thing, or this person may not know that there is. Never says which."""


class NotAllowed(Refusal):
    """The person may see it and may not do this to it."""


class Conflict(Refusal):
    """Somebody changed it in the meantime; nothing was overwritten."""


class MoveNotAllowed(Refusal):
    """The thing's present state has no such move."""


class Unusable(Refusal):
    """What was given cannot be used. ``fields`` maps a field's name to its sentence."""

    def __init__(self, sentence: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = fields or {}
