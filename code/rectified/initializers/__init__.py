"""Initializers: what the weights and biases of a network are before training."""

from collections.abc import Mapping
from types import MappingProxyType

from rectified.initializers.measured import UnitVariance, lsuv
from rectified.initializers.naive import (
    constant,
    inverse_sqrt_uniform,
    normal,
    small_normal,
    unit_normal,
    zeros,
)
from rectified.initializers.record import Initializer, fans
from rectified.initializers.scaling import (
    he_normal,
    he_truncated_normal,
    he_uniform,
    lecun_normal,
    lecun_truncated_normal,
    lecun_uniform,
    variance_scaling,
    xavier_normal,
    xavier_truncated_normal,
    xavier_uniform,
)
from rectified.initializers.seeds import draw, generators
from rectified.initializers.structured import identity, orthogonal, sparse

# Families stand here with their usual parameters.
ALL: Mapping[str, Initializer] = MappingProxyType(
    {
        "zeros": zeros,
        "constant": constant(1.0),
        "unit_normal": unit_normal,
        "small_normal": small_normal,
        "inverse_sqrt_uniform": inverse_sqrt_uniform,
        "lecun_normal": lecun_normal,
        "lecun_uniform": lecun_uniform,
        "lecun_truncated_normal": lecun_truncated_normal,
        "xavier_normal": xavier_normal,
        "xavier_uniform": xavier_uniform,
        "xavier_truncated_normal": xavier_truncated_normal,
        "he_normal": he_normal,
        "he_uniform": he_uniform,
        "he_truncated_normal": he_truncated_normal,
        "orthogonal": orthogonal(),
        "identity": identity(),
        "sparse": sparse(),
    }
)

__all__ = [
    "ALL",
    "Initializer",
    "UnitVariance",
    "constant",
    "draw",
    "fans",
    "generators",
    "he_normal",
    "he_truncated_normal",
    "he_uniform",
    "identity",
    "inverse_sqrt_uniform",
    "lecun_normal",
    "lecun_truncated_normal",
    "lecun_uniform",
    "lsuv",
    "normal",
    "orthogonal",
    "small_normal",
    "sparse",
    "unit_normal",
    "variance_scaling",
    "xavier_normal",
    "xavier_truncated_normal",
    "xavier_uniform",
    "zeros",
]
