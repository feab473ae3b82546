"""Tells Django that this package has tables or templates."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tierline.web"
    label = "web"
