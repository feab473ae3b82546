"""What may cross to a provider, written by hand from the vendors' documentation: one module a rehearsal partner, called
by its ``name``, whose ``OPERATIONS`` describe every call that is used, and no other."""
