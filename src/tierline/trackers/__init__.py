"""Other desks' systems, each in its own language, one file each; the folder is the registry.

Read ``tracker.py`` first: it says what a tracker declares, does and answers. Trackers know neither cases nor plans, and
keep nothing: what crossed and what came back is written down by ``bonds``.
"""
