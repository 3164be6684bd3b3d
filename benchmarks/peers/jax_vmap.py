"""JAX: vmap over the seeds of value_and_grad, all steps in one scan, compiled in `prepare`."""

from collections.abc import Callable

import jax
import numpy as np
from jax import numpy as jnp

from peers.workload import LEARNING_RATE, Workload

Parameters = list[tuple[jax.Array, jax.Array]]


def loss_of(parameters: Parameters, x: jax.Array, y: jax.Array) -> jax.Array:
    """Return the loss of one network."""
    h = x
    for w, b in parameters[:-1]:
        h = jax.nn.relu(h @ w + b)
    w, b = parameters[-1]
    log_p = jax.nn.log_softmax(h @ w + b)
    return -jnp.mean(jnp.take_along_axis(log_p, y[:, jnp.newaxis], axis=1))


def curves_of(parameters: Parameters, x: jax.Array, y: jax.Array, steps: int) -> jax.Array:
    """Train all networks and return their losses, (S, steps)."""
    gradients_of = jax.vmap(jax.value_and_grad(loss_of), in_axes=(0, None, None))

    def step(parameters: Parameters, _: None) -> tuple[Parameters, jax.Array]:
        losses, gradients = gradients_of(parameters, x, y)
        return jax.tree.map(lambda p, g: p - LEARNING_RATE * g, parameters, gradients), losses

    return jax.lax.scan(step, parameters, length=steps)[1].T


def prepare(workload: Workload) -> Callable[[], np.ndarray]:
    """Compile, and return the training of all networks; see `peers`."""
    arguments = jax.device_put((workload.parameters, *workload.batch))
    compiled = jax.jit(curves_of, static_argnums=3).lower(*arguments, workload.steps).compile()
    return lambda: np.asarray(compiled(*arguments))
