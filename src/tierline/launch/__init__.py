"""How Tierline is brought up on one machine: its folder, its PostgreSQL, its processes and their order.

Read ``supervisor`` first. Nothing here knows a domain word, and nothing of the domain imports it: only the
command line and the settings do.
"""
