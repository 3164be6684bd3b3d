"""What becomes of signals and gradients in deep networks, and which of them start to learn."""
