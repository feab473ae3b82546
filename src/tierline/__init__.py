"""Tierline: support between organisations.

Read ``docs/explanation/way-of-a-case.md`` first; ``docs/glossary.md`` says what each word means.
"""
