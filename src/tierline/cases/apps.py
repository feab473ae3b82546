"""Tells Django that this package has tables or templates."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "tierline.cases"
    label = "cases"
