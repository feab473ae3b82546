"""Tells Django that this package has tables."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "tierline.mail"
    label = "mail"
