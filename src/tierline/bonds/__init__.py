"""Bonds: each the crossing of one case to one record in a partner's system, with the whole exchange.

Read ``lifecycle.py`` (what becomes of a bond), ``health.py`` (whether it is well), then ``actions.py`` and
``queries.py``.
"""
