"""Activations: one table, ALL, drives the tests, figures, tables and labs of the book."""

from collections.abc import Mapping
from types import MappingProxyType

from rectified.activations.gated import gelu, gelu_tanh, mish, silu, swish
from rectified.activations.leaky import (
    leaky_relu,
    prelu,
    prelu_slope_derivative,
    rrelu,
    rrelu_training,
)
from rectified.activations.piecewise import (
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    identity,
    relu,
    relu6,
    squared_relu,
    step,
)
from rectified.activations.record import Activation
from rectified.activations.smooth import celu, elu, selu, sigmoid, softplus, softsign, tanh
from rectified.activations.vector import (
    VectorActivation,
    crelu,
    geglu,
    glu,
    maxout,
    reglu,
    softmax,
    swiglu,
)

# Families stand here with their usual parameters.
ELEMENTWISE: Mapping[str, Activation] = MappingProxyType(
    {
        "identity": identity,
        "step": step,
        "sigmoid": sigmoid,
        "hard_sigmoid": hard_sigmoid,
        "tanh": tanh,
        "hard_tanh": hard_tanh,
        "softsign": softsign,
        "relu": relu,
        "relu6": relu6,
        "leaky_relu": leaky_relu(),
        "prelu": prelu(),
        "rrelu": rrelu(),
        "squared_relu": squared_relu,
        "hard_swish": hard_swish,
        "softplus": softplus(),
        "elu": elu(),
        "celu": celu(),
        "selu": selu,
        "gelu": gelu,
        "gelu_tanh": gelu_tanh,
        "silu": silu,
        "mish": mish,
    }
)

VECTOR: Mapping[str, VectorActivation] = MappingProxyType(
    {
        "softmax": softmax,
        "crelu": crelu,
        "maxout": maxout(),
        "glu": glu,
        "reglu": reglu,
        "geglu": geglu,
        "swiglu": swiglu,
    }
)

ALL: Mapping[str, Activation | VectorActivation] = MappingProxyType({**ELEMENTWISE, **VECTOR})

__all__ = [
    "ALL",
    "ELEMENTWISE",
    "VECTOR",
    "Activation",
    "VectorActivation",
    "celu",
    "crelu",
    "elu",
    "geglu",
    "gelu",
    "gelu_tanh",
    "glu",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "identity",
    "leaky_relu",
    "maxout",
    "mish",
    "prelu",
    "prelu_slope_derivative",
    "reglu",
    "relu",
    "relu6",
    "rrelu",
    "rrelu_training",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "squared_relu",
    "step",
    "swiglu",
    "swish",
    "tanh",
]
