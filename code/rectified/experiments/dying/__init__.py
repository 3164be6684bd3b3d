"""Units that answer nothing any more."""
