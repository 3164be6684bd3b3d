"""Gaussian moments of activations: what initialization and mean-field theory are made of."""

from rectified.moments.elementwise import Moments, bends
from rectified.moments.gaussian import gain, moments
from rectified.moments.mean_field import (
    FixedPoint,
    FixedPoints,
    chi,
    correlation_map,
    critical_weight_variance,
    fixed_points,
    variance_map,
)
from rectified.moments.products import mean_product, mean_product_slope
from rectified.moments.quadrature import expectation

__all__ = [
    "FixedPoint",
    "FixedPoints",
    "Moments",
    "bends",
    "chi",
    "correlation_map",
    "critical_weight_variance",
    "expectation",
    "fixed_points",
    "gain",
    "mean_product",
    "mean_product_slope",
    "moments",
    "variance_map",
]
