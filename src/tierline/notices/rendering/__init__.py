"""One document, one file a form: chat blocks, mail, calendar, feed, JSON, a window's description, a change's fields."""
