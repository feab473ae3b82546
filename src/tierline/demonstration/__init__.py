"""The demonstration: invented people and two weeks of cases, made by the same actions people use.

Read ``loading.py`` first. Its words are data: ``people.yaml``, ``stories.yaml``, and ``queue-export.csv``, which
``queue_export.py`` makes.
"""
