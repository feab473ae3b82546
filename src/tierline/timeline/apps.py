"""Tells Django that this package has tables or templates."""

from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "tierline.timeline"
    label = "timeline"
