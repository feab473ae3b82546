"""Planned work that people may notice: its life, its four gates, its content, its window, what stands in its way.

Read ``lifecycle.py`` and ``gates.py`` first (pure), then ``content.py`` (what approval is bound to). Who is told of it,
when and by what, is ``tierline.notices``'.
"""
