"""What support plans promise: reading, checking, deciding, comparing."""
