"""Tells Django that this package has tables."""

from django.apps import AppConfig


class MigrationConfig(AppConfig):
    name = "tierline.migration"
    label = "migration"
