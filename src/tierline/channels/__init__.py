"""Ways out (e-mail) and in (IMAP, LMTP), one file each; the folder is the registry. Only these files reach the network.

Read ``channel.py`` first: it says what a channel declares and what its answers mean.
"""
