"""The programs that the benchmark compares: the same training, as different tools would do it.

Each module has one function, `prepare(workload)`. It does what is needed once (copies, compiling)
and returns a call without arguments that trains all networks from the same initial parameters and
returns their losses, float32 of shape (S, steps): the loss before each step. The call can be made
again and again. A module imports no other peer, so that each can be measured in its own process.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """A column of the table."""

    title: str  # as the table names it
    module: str  # has `prepare`
    needs: str  # the library without which it cannot run


PEERS = {
    "ours": Peer("ours, NumPy", "peers.ours", "numpy"),
    "torch_modules": Peer("torch, a loop of modules", "peers.torch_modules", "torch"),
    "torch_loop": Peer("torch, a bare loop", "peers.torch_loop", "torch"),
    "torch_vmap": Peer("torch.func.vmap", "peers.torch_vmap", "torch"),
    "torch_batched": Peer("torch, batched by hand", "peers.torch_batched", "torch"),
    "jax_vmap": Peer("JAX, vmap + jit", "peers.jax_vmap", "jax"),
}
