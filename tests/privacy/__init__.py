"""What is private does not leave: the guard's findings, its words, its speed and its patience with hostile texts."""
