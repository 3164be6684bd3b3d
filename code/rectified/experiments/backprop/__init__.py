"""How a network learns: gradients by hand, their checks, and the surface that they go down."""
