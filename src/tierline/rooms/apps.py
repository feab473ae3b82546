"""Tells Django that this package has tables."""

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "tierline.rooms"
    label = "rooms"
