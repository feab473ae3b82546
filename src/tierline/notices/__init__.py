"""What has to be told: moments become obligations, an audience becomes people, an announcement becomes deliveries.

Read ``moments.py`` (when), ``audience.py`` (to whom, and the proof that it is the same people on every channel), then
``document.py`` and ``rendering/`` (what). Knows nothing of what the notice is about: downtime stands on it.
"""
