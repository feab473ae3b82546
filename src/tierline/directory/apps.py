"""Tells Django that this package has tables."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from tierline.foundation.instants import read_instants_quickly


class DirectoryConfig(AppConfig):
    name = "tierline.directory"
    label = "directory"

    def ready(self) -> None:
        """The lowest package with tables says how every connection reads instants."""
        connection_created.connect(read_instants_quickly)
