"""Tells Django that this package has tables."""

from django.apps import AppConfig


class DowntimeConfig(AppConfig):
    name = "tierline.downtime"
    label = "downtime"

    def ready(self) -> None:
        """Let conflicts know of windows that are not ours, and of what is broken."""
        from tierline.downtime import surroundings  # noqa: PLC0415 - tables can be named only now

        surroundings.know_windows(surroundings.windows_read_elsewhere)
        surroundings.know_incidents(surroundings.incidents_read_elsewhere)
