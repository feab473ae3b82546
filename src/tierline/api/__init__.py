"""The machine interface under ``/api/v1``. Read ``v1.py`` (what there is), then ``problems.py`` (how it refuses)."""
