"""Support plans as data, and the routing they decide.

Read ``facts.py`` (what is asked), ``decision.py`` (what is answered), ``planbook.py`` (who answers) first;
``schema.py`` is the form of a plan's file, ``shipped/`` holds the plans that come with Tierline.
Everything here but the tables and their verbs is pure: no Django, no clock, no network.
"""
