"""What a function alone does: its shape, its slope, what it makes of a signal."""
