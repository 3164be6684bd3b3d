"""How networks are compared: what is trained, at which rates, and what is read on the way."""
