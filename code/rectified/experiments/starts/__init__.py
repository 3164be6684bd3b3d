"""How a network starts: which laws of the first weights and biases let it learn, and which do not."""
