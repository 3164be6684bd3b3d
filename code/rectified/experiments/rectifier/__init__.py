"""What ReLU is: its definitions and laws, its switches, the flat pieces that it cuts and folds."""
