"""Tables of organisations, teams, duties and people. Slugs are keys, so that a row can be read without a join."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

SLUG_LENGTH = 60


class Organisation(models.Model):
    id = models.CharField(primary_key=True, max_length=SLUG_LENGTH)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    id = models.CharField(primary_key=True, max_length=SLUG_LENGTH)
    name = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Looks a person up by sign-in, whatever the letter case."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username or "")


class Person(AbstractBaseUser):
    """Somebody who can sign in. Their e-mail address is their sign-in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    teams: "models.ManyToManyField[Team, Membership]" = models.ManyToManyField(
        Team, through="Membership", related_name="people"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = People()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_person_per_address")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "team"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"


class DutyHolding(models.Model):
    """A person who holds a duty (rank 1) or stands in for its holder (rank 2 and on)."""

    duty = models.CharField(max_length=SLUG_LENGTH)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="duties")
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["duty", "person"], name="duty_once_a_person")]

    def __str__(self) -> str:
        return f"{self.duty} ({self.rank}): {self.person_id}"


class Token(models.Model):
    """A key for the machine interface. Only its keyed digest is kept; the key itself is shown once."""

    digest = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label


class WrongPassword(models.Model):
    """One failed sign-in, by a digest of who and where from. Forgotten after a day."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["digest", "at"], name="wrong_passwords_of"),
            models.Index(fields=["at"], name="wrong_passwords_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]} at {self.at:%H:%M}"


class ChannelAddress(models.Model):
    """Where a channel reaches somebody, by their e-mail address: people whom only the plans name have one as well.

    ``given`` is what they, or somebody for them, wrote down; ``found`` what the channel answered when it was asked.
    ``gone_at``: since when the channel says that they are no longer there.
    """

    channel = models.CharField(max_length=SLUG_LENGTH)
    email = models.EmailField()
    given = models.CharField(max_length=80, blank=True)
    given_by = models.CharField(max_length=120, blank=True)
    given_at = models.DateTimeField(null=True)
    found = models.CharField(max_length=80, blank=True)
    found_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("channel", Lower("email"), name="one_address_a_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.email} on {self.channel}"
