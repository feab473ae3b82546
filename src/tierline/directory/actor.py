"""Who is asking: what every action and query takes. Pure; refuses nothing, decides nothing about cases."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or Tierline itself) with the teams, organisations and duties they hold now."""

    person_id: int | None
    name: str
    teams: frozenset[str] = field(default_factory=frozenset)
    organisations: frozenset[str] = field(default_factory=frozenset)
    duties: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_tierline(self) -> bool:
        """True for the system's own jobs, which see everything."""
        return self.person_id is None and self.name == "Tierline"


TIERLINE = Actor(person_id=None, name="Tierline")
NOBODY = Actor(person_id=None, name="nobody")
