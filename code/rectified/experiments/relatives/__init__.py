"""ReLU's relatives: what each changes, what it learns, and who wins where."""
