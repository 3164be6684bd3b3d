"""One function per experiment: settings in, a frozen result out. Nothing is drawn or printed."""

from rectified.experiments import relatives, starts
from rectified.experiments.backprop.boundary import moons_pictures
from rectified.experiments.backprop.bowl import bowl_descent
from rectified.experiments.backprop.by_hand import one_step
from rectified.experiments.backprop.descent import learn_moons, loss_by_epoch
from rectified.experiments.backprop.formulas import (
    backward_from_output,
    quotient_rule,
    sigmoid_code,
    square_expansion,
)
from rectified.experiments.backprop.gates import gated_updates, one_factor, scaled_signals
from rectified.experiments.backprop.gradient_check import difference_errors, gradient_check
from rectified.experiments.backprop.landscape import between_twins, loss_and_mistakes
from rectified.experiments.depth.gradients import gradient_flow
from rectified.experiments.depth.ladder import initialization_ladder
from rectified.experiments.depth.plateau import (
    deep_starts,
    direction,
    explosion,
    layer_speed,
    learned_by_depth,
    tall_networks,
)
from rectified.experiments.depth.propagation import signal_propagation
from rectified.experiments.depth.vanishing import (
    active_paths,
    blind_saturation,
    half_slope,
    layer_outputs,
    recovery,
)
from rectified.experiments.dying.afterwards import after_death
from rectified.experiments.dying.batches import batch_deaths
from rectified.experiments.dying.births import born_dead, dead_by_depth
from rectified.experiments.dying.dead import dead_units
from rectified.experiments.dying.one_unit import escape, killing_rates, large_step
from rectified.experiments.dying.pruning import killed_at_start, pruned
from rectified.experiments.dying.remedies import Remedy, prevention, remedies, rescue
from rectified.experiments.dying.thumb import rule_of_thumb
from rectified.experiments.gains.defaults import library_defaults
from rectified.experiments.gains.pretraining import pretraining
from rectified.experiments.gains.racing import contestants, matched_loss, race
from rectified.experiments.gains.reaching_deep import depths_reached, nearly_linear
from rectified.experiments.gains.repetition import halved_relu, idempotence_at_depth
from rectified.experiments.gains.selectivity import unit_selectivity
from rectified.experiments.gains.sparser import priced_outputs, sparser_starts
from rectified.experiments.gains.sparsity import sparsity
from rectified.experiments.gains.zeros import exact_zeros, open_paths, where_zeros
from rectified.experiments.rectifier.approximation import approximation_rates
from rectified.experiments.rectifier.arrays import (
    relu_centring,
    relu_layer,
    small_arrays,
    tutorial_plots,
)
from rectified.experiments.rectifier.folding import folding_layers, pieces_by_depth
from rectified.experiments.rectifier.forms import relu_definitions, slopes_at_zero, special_values
from rectified.experiments.rectifier.hinge_layers import hinge_layers, zigzag_layers
from rectified.experiments.rectifier.hinges import hinge_interpolant
from rectified.experiments.rectifier.kinks import kink_choice, relu_with_slope, zeros_at_start
from rectified.experiments.rectifier.laws import (
    iterates,
    relu_range,
    relu_slopes,
    repeated,
    two_pieces,
    unit_gradient,
)
from rectified.experiments.rectifier.photograph import rectified_photograph
from rectified.experiments.rectifier.region_counts import most_pieces, region_counts
from rectified.experiments.rectifier.regions import (
    cut_square,
    largest_jump,
    plane_regions,
    random_layers,
)
from rectified.experiments.rectifier.stepped import (
    noisy_units,
    smoothed_relu,
    softplus_gap,
    stepped_sum,
)
from rectified.experiments.rectifier.sums_of_images import templates
from rectified.experiments.rectifier.switches import linear_piece, switch_check, walk
from rectified.experiments.shapes.collapse import (
    identity_range,
    linear_stack,
    norm_growth,
    random_relu_sums,
    relu_pair,
    superposition,
)
from rectified.experiments.shapes.flatness import flat_ends
from rectified.experiments.shapes.positive_side import slope_lead, update_lead
from rectified.experiments.shapes.saturation import (
    low_units,
    most_sensitive_input,
    sigmoid_rails,
    sigmoid_shape,
    tanh_against_sigmoid,
    tanh_on_inputs,
)
from rectified.experiments.shapes.shape import (
    monotone_table,
    reach_of_table,
    relu_order,
    slope_bump,
    swish_shape,
)
from rectified.experiments.shapes.signals import (
    distance_from_straight,
    passage,
    spread,
    with_and_without_bend,
)
from rectified.experiments.shapes.slopes import (
    backward_gain,
    secant_slopes,
    slope_range,
    step_signals,
    tanh_slope_against_sigmoid,
)
from rectified.experiments.shapes.softmax import (
    softmax_as_layer,
    softmax_as_logistic,
    softmax_decisions,
    softmax_sums,
)
from rectified.experiments.shapes.units import (
    bias_as_shift,
    neuron_by_hand,
    node_of_two_inputs,
    unit_three_ways,
)
from rectified.experiments.sweeps.sweep import sweep
from rectified.experiments.trials.arms import Arm, Lsuv
from rectified.experiments.trials.convergence import convergence_speed
from rectified.experiments.trials.training import compare_training

__all__ = [
    "Arm",
    "Lsuv",
    "Remedy",
    "active_paths",
    "after_death",
    "approximation_rates",
    "backward_from_output",
    "backward_gain",
    "batch_deaths",
    "between_twins",
    "bias_as_shift",
    "blind_saturation",
    "born_dead",
    "bowl_descent",
    "compare_training",
    "contestants",
    "convergence_speed",
    "cut_square",
    "dead_by_depth",
    "dead_units",
    "deep_starts",
    "depths_reached",
    "difference_errors",
    "direction",
    "distance_from_straight",
    "escape",
    "exact_zeros",
    "explosion",
    "flat_ends",
    "folding_layers",
    "gated_updates",
    "gradient_check",
    "gradient_flow",
    "half_slope",
    "halved_relu",
    "hinge_interpolant",
    "hinge_layers",
    "idempotence_at_depth",
    "identity_range",
    "initialization_ladder",
    "iterates",
    "killed_at_start",
    "killing_rates",
    "kink_choice",
    "large_step",
    "largest_jump",
    "layer_outputs",
    "layer_speed",
    "learn_moons",
    "learned_by_depth",
    "library_defaults",
    "linear_piece",
    "linear_stack",
    "loss_and_mistakes",
    "loss_by_epoch",
    "low_units",
    "matched_loss",
    "monotone_table",
    "moons_pictures",
    "most_pieces",
    "most_sensitive_input",
    "nearly_linear",
    "neuron_by_hand",
    "node_of_two_inputs",
    "noisy_units",
    "norm_growth",
    "one_factor",
    "one_step",
    "open_paths",
    "passage",
    "pieces_by_depth",
    "plane_regions",
    "pretraining",
    "prevention",
    "priced_outputs",
    "pruned",
    "quotient_rule",
    "race",
    "random_layers",
    "random_relu_sums",
    "reach_of_table",
    "recovery",
    "rectified_photograph",
    "region_counts",
    "relatives",
    "relu_centring",
    "relu_definitions",
    "relu_layer",
    "relu_order",
    "relu_pair",
    "relu_range",
    "relu_slopes",
    "relu_with_slope",
    "remedies",
    "repeated",
    "rescue",
    "rule_of_thumb",
    "scaled_signals",
    "secant_slopes",
    "sigmoid_code",
    "sigmoid_rails",
    "sigmoid_shape",
    "signal_propagation",
    "slope_bump",
    "slope_lead",
    "slope_range",
    "slopes_at_zero",
    "small_arrays",
    "smoothed_relu",
    "softmax_as_layer",
    "softmax_as_logistic",
    "softmax_decisions",
    "softmax_sums",
    "softplus_gap",
    "sparser_starts",
    "sparsity",
    "special_values",
    "spread",
    "square_expansion",
    "starts",
    "step_signals",
    "stepped_sum",
    "superposition",
    "sweep",
    "swish_shape",
    "switch_check",
    "tall_networks",
    "tanh_against_sigmoid",
    "tanh_on_inputs",
    "tanh_slope_against_sigmoid",
    "templates",
    "tutorial_plots",
    "two_pieces",
    "unit_gradient",
    "unit_selectivity",
    "unit_three_ways",
    "update_lead",
    "walk",
    "where_zeros",
    "with_and_without_bend",
    "zeros_at_start",
    "zigzag_layers",
]
