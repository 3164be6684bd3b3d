"""Networks by hand: forward, backward and training of many at once, in NumPy."""

from rectified.networks.activity import ActivityL1
from rectified.networks.blocks import BatchNorm, LayerNorm, Residual, deep_mlp
from rectified.networks.clipping import ClipNorm, ClipValue
from rectified.networks.layers import Activate, Dense, Dropout, Layer
from rectified.networks.losses import Loss, accuracy, mean_squared_error, softmax_cross_entropy
from rectified.networks.network import Network, Trace, mlp
from rectified.networks.optimizers import SGD, Adam, Momentum, Nesterov, Optimizer, RMSProp
from rectified.networks.parameters import Parameters
from rectified.networks.penalties import L1, L2
from rectified.networks.probes import (
    dead,
    dead_masks,
    error,
    gradient_mean_square,
    hidden_outputs,
    mean_square,
    sparsity,
    weight_gradient_norm,
    weight_norm,
)
from rectified.networks.recipe import Snapshot
from rectified.networks.schedules import Cosine, ExponentialDecay, StepDecay, WarmUp
from rectified.networks.streams import streams
from rectified.networks.torch_nets import TwinRun, from_twin, train_twin, twin
from rectified.networks.training import Run, train

__all__ = [
    "L1",
    "L2",
    "SGD",
    "Activate",
    "ActivityL1",
    "Adam",
    "BatchNorm",
    "ClipNorm",
    "ClipValue",
    "Cosine",
    "Dense",
    "Dropout",
    "ExponentialDecay",
    "Layer",
    "LayerNorm",
    "Loss",
    "Momentum",
    "Nesterov",
    "Network",
    "Optimizer",
    "Parameters",
    "RMSProp",
    "Residual",
    "Run",
    "Snapshot",
    "StepDecay",
    "Trace",
    "TwinRun",
    "WarmUp",
    "accuracy",
    "dead",
    "dead_masks",
    "deep_mlp",
    "error",
    "from_twin",
    "gradient_mean_square",
    "hidden_outputs",
    "mean_square",
    "mean_squared_error",
    "mlp",
    "softmax_cross_entropy",
    "sparsity",
    "streams",
    "train",
    "train_twin",
    "twin",
    "weight_gradient_norm",
    "weight_norm",
]
