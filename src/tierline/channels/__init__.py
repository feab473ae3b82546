"""Ways out (e-mail, Slack, PagerDuty, Teams, webhooks, text messages) and in (IMAP, LMTP), one file each; the folder is
the registry. Only these files reach the network, the HTTP ones by ``line.py``.

Read ``channel.py`` first: it says what a channel declares and what its answers mean.
"""
