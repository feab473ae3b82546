"""Partner systems to rehearse with: real HTTP on this machine, the vendors' wire formats, state, and faults at will.

Tests and the demonstration stand them up in place of GitHub, ServiceNow and the others; ``desk.py`` is what all of them
share, ``faults.py`` what can go wrong. One file each. Refuses to listen to any address but loopback, and knows nothing
of Tierline: what it answers is what the vendor documents.
"""
