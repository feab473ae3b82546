"""Tells Django that this package has tables or templates, and what is wrong with the accounts."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 - Django names it

from tierline.channels.accounts import CHANNELS
from tierline.trackers.accounts import troubles


class OutboxConfig(AppConfig):
    name = "tierline.outbox"
    label = "outbox"

    def ready(self) -> None:
        """Have every start say what cannot be used; it stops nothing, its messages are held."""
        register(usable_accounts)


def usable_accounts(**_asked: Any) -> Sequence[CheckMessage]:
    """A warning for each account that cannot be used."""
    told = [sentence for sentence in (settings.TRACKERS_TROUBLE, settings.CHANNELS_TROUBLE) if sentence]
    told += [*troubles(settings.TRACKERS), *CHANNELS.troubles(settings.CHANNELS)]
    return [Warning(sentence, id="tierline.outbox.account") for sentence in told]
