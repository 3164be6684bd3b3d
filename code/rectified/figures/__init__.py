"""One function per figure: a result of an experiment goes in, a Figure comes out."""

from rectified.figures.bends import spread, with_and_without_bend
from rectified.figures.benefits import activation_costs, sparser, zeros_saved
from rectified.figures.canvas import Figure
from rectified.figures.curves import gallery, slopes
from rectified.figures.dead import born_dead, dead_by_depth, deaths_by_rate, remedies
from rectified.figures.depth import cures, gradients_by_start, learned_by_depth, plateau
from rectified.figures.dying import dying
from rectified.figures.ends import flat_ends
from rectified.figures.hinge_folds import hinge_folds
from rectified.figures.hinge_sums import hinges
from rectified.figures.landscape import between_twins
from rectified.figures.learning import learning, moons_learned
from rectified.figures.passages import passages
from rectified.figures.planes import regions
from rectified.figures.propagation import gradients_by_layer, signals_by_layer
from rectified.figures.properties import activation_table, layer_table
from rectified.figures.racing import depths_reached, race_curves, race_steps
from rectified.figures.rectified_images import first_weights, rectified_photograph, templates
from rectified.figures.rectifier import iterated, special_table, value_and_slope
from rectified.figures.rectifier_rates import approximation_rates, region_counts, smooth_relatives
from rectified.figures.relatives import learned_slopes, normalizing, spiking, tangents
from rectified.figures.standings import standings
from rectified.figures.starts import first_losses, loss_by_depth, luck_by_width
from rectified.figures.step import one_step, step_table
from rectified.figures.witness import difference_errors

__all__ = [
    "Figure",
    "activation_costs",
    "activation_table",
    "approximation_rates",
    "between_twins",
    "born_dead",
    "cures",
    "dead_by_depth",
    "deaths_by_rate",
    "depths_reached",
    "difference_errors",
    "dying",
    "first_losses",
    "first_weights",
    "flat_ends",
    "gallery",
    "gradients_by_layer",
    "gradients_by_start",
    "hinge_folds",
    "hinges",
    "iterated",
    "layer_table",
    "learned_by_depth",
    "learned_slopes",
    "learning",
    "loss_by_depth",
    "luck_by_width",
    "moons_learned",
    "normalizing",
    "one_step",
    "passages",
    "plateau",
    "race_curves",
    "race_steps",
    "rectified_photograph",
    "region_counts",
    "regions",
    "remedies",
    "signals_by_layer",
    "slopes",
    "smooth_relatives",
    "sparser",
    "special_table",
    "spiking",
    "spread",
    "standings",
    "step_table",
    "tangents",
    "templates",
    "value_and_slope",
    "with_and_without_bend",
    "zeros_saved",
]
