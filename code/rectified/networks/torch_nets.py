"""The same networks and the same training in PyTorch: autograd beside the gradients by hand.

What PyTorch brings itself is used as it comes: its optimizers, its losses, its schedulers. Names
and order of parameters are ours, and so is what PyTorch leaves open: penalties are a part of the
loss and look at weights alone, and the gradient is clipped with the penalties in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rectified.late import nn, torch
from rectified.networks.batches import Examples
from rectified.networks.clipping import Clip, ClipNorm, ClipValue
from rectified.networks.layers import Activate, Dense, Dropout, Layer
from rectified.networks.losses import Loss, own_targets
from rectified.networks.network import Network
from rectified.networks.optimizers import SGD, Adam, Momentum, Nesterov, Optimizer, RMSProp
from rectified.networks.parameters import Parameters, is_weight
from rectified.networks.penalties import L1, L2, Penalty
from rectified.networks.recipe import Recipe
from rectified.networks.streams import check_seeds


def twin(network: Network, parameters: Parameters, row: int = 0) -> nn.Sequential:
    """Return one of the networks as a module of PyTorch, with the same numbers and dtype.

    Its parameters are copies, named "0.w", "0.b", "2.w", ... by layer. As every new module it is
    in training mode, where nn.Dropout drops; call `.eval()` for the network without noise. Raises
    ValueError for parameters of another network, or a row that is not there; TypeError for a
    layer that has no twin.
    """
    network.check(parameters)
    if row not in range(len(parameters)):
        raise ValueError(f"row must be from 0 to {len(parameters) - 1}, got {row!r}")
    modules = []
    for layer, views in zip(network.layers, parameters.layers, strict=True):
        tensors = {name: torch.tensor(view[row]) for name, view in views.items()}
        modules.append(_module(layer, tensors))
    return nn.Sequential(*modules)


def _module(layer: Layer, tensors: dict[str, torch.Tensor]) -> nn.Module:
    """Return the module that does what the layer does."""
    from rectified.networks.torch_modules import TorchActivate, TorchDense  # loads PyTorch

    match layer:
        case Dense():
            return TorchDense(**tensors)
        case Activate(f):
            return TorchActivate(f)
        case Dropout(rate):
            return nn.Dropout(rate)
    raise TypeError(f"layers must be Dense, Activate or Dropout to have a twin, got {layer!r}")


def from_twin(network: Network, module: nn.Module) -> Parameters:
    """Return a twin's parameters as those of one network, in memory of their own.

    Raises ValueError unless names and shapes are the network's.
    """
    tensors = {name: tensor.detach() for name, tensor in module.named_parameters()}
    expected = {
        f"{layer}.{name}": shape
        for layer, shapes in enumerate(network.shapes)
        for name, shape in shapes.items()
    }
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if found != expected:
        raise ValueError(f"module must be a twin with parameters {expected}, got {found}")
    dtypes = [tensor.numpy().dtype for tensor in tensors.values()]
    parameters = Parameters.empty(network.shapes, 1, np.result_type(*dtypes))
    for layer, views in enumerate(parameters.layers):
        for name, view in views.items():
            view[0] = tensors[f"{layer}.{name}"].numpy()
    return parameters


@dataclass(frozen=True, kw_only=True, eq=False)
class TwinRun:
    """One network that PyTorch trained."""

    parameters: Parameters  # of one network, after the last step
    loss: np.ndarray  # (steps,), before each step, on its batch, without penalties


def train_twin(
    network: Network,
    parameters: Parameters,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss,
    optimizer: Optimizer,
    steps: int,
    seed: int,
    row: int = 0,
    batch: int | None = None,
    penalties: Sequence[Penalty] = (),
    clip: Clip | None = None,
) -> TwinRun:
    """Train one row of the parameters as `train` does, by PyTorch's autograd and optimizers.

    x is (n, fan_in). The seed's batches are those of `train`; what dropout drops is not, as
    PyTorch draws it, from a generator with this seed. Raises as `train` does.
    """
    seeds, dtype = check_seeds([seed]), parameters.flat.dtype
    settings = {"loss": loss, "optimizer": optimizer, "penalties": penalties, "clip": clip}
    recipe = Recipe(**settings, steps=steps, probes={}, every=1)
    module = twin(network, parameters, row)
    examples = Examples.checked(network, x, y, loss, 1, batch, dtype)
    descent = torch_optimizer(optimizer, module)
    schedule = torch.optim.lr_scheduler.LambdaLR(descent, optimizer.schedule)
    losses = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _, (x, y) in zip(range(steps), examples.batches(seeds), strict=False):
            y = y[0] if own_targets(y) else y
            value = loss.torch_value(module(torch.tensor(x[0])), torch.tensor(y))
            descent.zero_grad()
            (value + penalty_of(module, recipe.penalties)).backward()
            clip_gradient(module, clip)
            descent.step()
            schedule.step()
            losses.append(value.item())
    return TwinRun(parameters=from_twin(network, module), loss=np.array(losses, dtype))


def torch_optimizer(optimizer: Optimizer, module: nn.Module) -> torch.optim.Optimizer:
    """Return PyTorch's optimizer of the same settings; ValueError for several learning rates."""
    rate, tensors = optimizer.learning_rate, list(module.parameters())
    if np.ndim(rate):
        raise ValueError(f"learning_rate must be one number for one network, got {rate}")
    match optimizer:
        case Nesterov(momentum=momentum):
            return torch.optim.SGD(tensors, lr=rate, momentum=momentum, nesterov=True)
        case Momentum(momentum=momentum):
            return torch.optim.SGD(tensors, lr=rate, momentum=momentum)
        case SGD():
            return torch.optim.SGD(tensors, lr=rate)
        case RMSProp(decay=decay, epsilon=epsilon):
            return torch.optim.RMSprop(tensors, lr=rate, alpha=decay, eps=epsilon)
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            return torch.optim.Adam(tensors, lr=rate, betas=(beta1, beta2), eps=epsilon)
    raise TypeError(f"optimizer must be one of ours to have a twin, got {optimizer!r}")


def penalty_of(module: nn.Module, penalties: Sequence[Penalty]) -> torch.Tensor:
    """Return the sum of the penalties on all weights."""
    named = module.named_parameters()
    w = torch.cat([tensor.flatten() for name, tensor in named if is_weight(name)])
    total = w.new_zeros(())
    for penalty in penalties:
        match penalty:
            case L2(strength):
                total = total + strength / 2 * (w**2).sum()
            case L1(strength):
                total = total + strength * w.abs().sum()
            case _:
                raise TypeError(f"penalties must be L1 or L2 to have a twin, got {penalty!r}")
    return total


def clip_gradient(module: nn.Module, clip: Clip | None) -> None:
    """Limit the gradient of all parameters together, in place.

    PyTorch's own `clip_grad_norm_` divides by the norm plus 1e-6, and so clips a little deeper.
    """
    gradients = [tensor.grad for tensor in module.parameters()]
    match clip:
        case None:
            pass
        case ClipNorm(limit):
            norm = torch.linalg.vector_norm(torch.cat([grad.flatten() for grad in gradients]))
            for grad in gradients:
                grad *= limit / norm.clamp(min=limit)
        case ClipValue(limit):
            for grad in gradients:
                grad.clamp_(-limit, limit)
        case _:
            raise TypeError(f"clip must be ClipNorm or ClipValue to have a twin, got {clip!r}")
