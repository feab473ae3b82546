"""Tells Django that this package has tables or templates."""

from django.apps import AppConfig


class GuidesConfig(AppConfig):
    name = "tierline.guides"
    label = "guides"
