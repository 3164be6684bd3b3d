"""What ReLU is said to gain: speed, zeros, depth without pre-training."""
