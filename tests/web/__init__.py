"""Tests of the pages, through Django's client: no JavaScript is needed for anything here."""
