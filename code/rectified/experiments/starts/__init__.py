"""How a network starts: which first weights and biases let it learn, and which do not."""

from rectified.experiments.starts.biases import (
    active_share,
    active_units,
    learned_with_biases,
)
from rectified.experiments.starts.depths import (
    he_and_xavier,
    he_normal_and_uniform,
    rectifier_depths,
)
from rectified.experiments.starts.examples import digits, raw_digits
from rectified.experiments.starts.first_loss import (
    expected_loss,
    first_loss,
    largest_of_normals,
    spread_of_loss,
    weight_std_of_spread,
)
from rectified.experiments.starts.inputs import grown_weights, scaled_inputs, stretched
from rectified.experiments.starts.luck import luck_by_width
from rectified.experiments.starts.own_gains import (
    FIVE,
    circulating_laws,
    found_gain,
    own_gains,
    product_stretches,
)
from rectified.experiments.starts.symmetry import plain_starts, symmetric_starts

__all__ = [
    "FIVE",
    "active_share",
    "active_units",
    "circulating_laws",
    "digits",
    "expected_loss",
    "first_loss",
    "found_gain",
    "grown_weights",
    "he_and_xavier",
    "he_normal_and_uniform",
    "largest_of_normals",
    "learned_with_biases",
    "luck_by_width",
    "own_gains",
    "plain_starts",
    "product_stretches",
    "raw_digits",
    "rectifier_depths",
    "scaled_inputs",
    "spread_of_loss",
    "stretched",
    "symmetric_starts",
    "weight_std_of_spread",
]
