"""Tells Django that this package has tables or templates."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tierline.api"
    label = "api"
