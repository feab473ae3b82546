"""Tells Django that this package has tables or templates."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "tierline.outbox"
    label = "outbox"
