"""Tells Django that this package has tables."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "tierline.notices"
    label = "notices"
