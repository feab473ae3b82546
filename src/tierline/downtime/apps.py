"""Tells Django that this package has tables."""

from django.apps import AppConfig


class DowntimeConfig(AppConfig):
    name = "tierline.downtime"
    label = "downtime"
