"""Tells Django that this package has tables."""

from django.apps import AppConfig


class BondsConfig(AppConfig):
    name = "tierline.bonds"
    label = "bonds"
