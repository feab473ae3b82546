"""Tells Django that this package has jobs; its tables are those of bonds."""

from django.apps import AppConfig


class CrossingConfig(AppConfig):
    name = "tierline.crossing"
    label = "crossing"
