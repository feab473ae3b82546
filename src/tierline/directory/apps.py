"""Tells Django that this package has tables."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "tierline.directory"
    label = "directory"
