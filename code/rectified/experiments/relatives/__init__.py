"""ReLU's relatives: what each changes, what it learns, and who wins where."""

from rectified.experiments.relatives.exponentials import (
    elu_shape,
    from_dead_start,
    mean_shift,
    normalizing,
    self_normal,
)
from rectified.experiments.relatives.hardware import analog_circuit, spiking
from rectified.experiments.relatives.leaks import (
    drawn_slopes,
    leaky_shape,
    slope_gradient,
    snippet_check,
    special_cases,
)
from rectified.experiments.relatives.learning_leaks import LearnedLeak, learned_slopes
from rectified.experiments.relatives.maxouts import (
    dropout_gap,
    glu_check,
    maxout_cases,
    maxout_layer,
    tangents,
)
from rectified.experiments.relatives.practice import (
    default_activations,
    five_digits,
    held_out,
    mixed_stack,
    overfit_ten,
    torch_random_split,
    wrong_sign,
)
from rectified.experiments.relatives.ranks import (
    better_and_worse,
    in_order,
    overall_ranking,
    ranking,
    task_rankings,
    wins,
)
from rectified.experiments.relatives.readouts import rectified_readout
from rectified.experiments.relatives.tournament import normed_tournament, tournament

__all__ = [
    "LearnedLeak",
    "analog_circuit",
    "better_and_worse",
    "default_activations",
    "drawn_slopes",
    "dropout_gap",
    "elu_shape",
    "five_digits",
    "from_dead_start",
    "glu_check",
    "held_out",
    "in_order",
    "leaky_shape",
    "learned_slopes",
    "maxout_cases",
    "maxout_layer",
    "mean_shift",
    "mixed_stack",
    "normalizing",
    "normed_tournament",
    "overall_ranking",
    "overfit_ten",
    "ranking",
    "rectified_readout",
    "self_normal",
    "slope_gradient",
    "snippet_check",
    "special_cases",
    "spiking",
    "tangents",
    "task_rankings",
    "torch_random_split",
    "tournament",
    "wins",
    "wrong_sign",
]
