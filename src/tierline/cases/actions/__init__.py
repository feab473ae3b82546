"""Verbs of a case, one transaction each: entering, working, handing off, attaching, chasing."""
