"""Tells Django that this package has tables or templates."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "tierline.plans"
    label = "plans"
