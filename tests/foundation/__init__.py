"""What stands below everything: calendars, business time."""
