"""The weighted sum that a trained network is for an image: how many, and how far each is good."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from rectified.activations import relu
from rectified.data import Dataset, Split
from rectified.experiments.rectifier.regions import Layer
from rectified.experiments.rectifier.switches import linear_piece, run, sum_at
from rectified.experiments.settings import check_data
from rectified.experiments.trials.arms import Arm, trained
from rectified.experiments.trials.watching import score


@dataclass(frozen=True, kw_only=True, eq=False)
class Templates:
    """A trained network and, for each of n test images, the weighted sum that it is there.

    chosen[i, j] says whether the sum of image i, applied to image j, is largest for the class that
    the network chooses for j.
    """

    data: str
    image_shape: tuple[int, ...]
    accuracy: float
    x: np.ndarray  # (n, features)
    label: np.ndarray  # (n,)
    guess: np.ndarray  # (n,)
    a: np.ndarray  # (n, features, classes)
    error: float  # of x @ a + c, against the network, relative
    patterns: int  # how many different ones the n images have
    reach: np.ndarray  # (n,): how far a is exact, whatever the direction
    next_image: np.ndarray  # (n,): which image is nearest
    nearest: np.ndarray  # (n,): its distance
    first_switch: np.ndarray  # (n,): share of the way there on which a is exact
    chosen: np.ndarray  # (n, n) bool

    def template(self, example: int) -> np.ndarray:
        """Return the weights of the class that was chosen, less the mean of all classes."""
        weights = self.a[example] - self.a[example].mean(axis=1, keepdims=True)
        return weights[:, self.guess[example]].reshape(self.image_shape)

    @property
    def chosen_next(self) -> float:
        """Share of the sums that choose the network's class for the nearest image."""
        return float(self.chosen[np.arange(len(self.x)), self.next_image].mean())

    @property
    def alike_next(self) -> float:
        """Share of the images whose nearest one gets the same class from the network."""
        return float(np.mean(self.guess[self.next_image] == self.guess))

    @property
    def chosen_change(self) -> np.ndarray:
        """Whether the sum chooses the network's class, for each nearest image of another class."""
        changed = np.flatnonzero(self.guess[self.next_image] != self.guess)
        return self.chosen[changed, self.next_image[changed]]

    @property
    def chosen_elsewhere(self) -> float:
        """The same share for all pairs of images of two classes."""
        return float(self.chosen[self.guess[:, None] != self.guess].mean())


def templates(
    *, data: Split, widths: Sequence[int] = (32, 32), seeds: Sequence[int] = range(1)
) -> Templates:
    """Train one network on labelled images, for 400 steps, and multiply it out at each test image.

    Raises ValueError for more than one seed: the picture shows one network.
    """
    check_data(data)
    if len(seeds) != 1:
        raise ValueError(f"seeds must hold one seed, got {len(seeds)}")
    arm = Arm(f=relu, widths=tuple(widths))
    found = trained(arm, data.train, learning_rates=[0.1], seeds=seeds, steps=400, batch=32)
    layers = [
        (views["w"][0].astype(float), views["b"][0].astype(float))
        for views in found.parameters.layers
        if views
    ]
    return _templates(layers, data.test, score(found.network, found.parameters, data.test).accuracy)


def _templates(layers: Sequence[Layer], test: Dataset, accuracy: np.ndarray) -> Templates:
    piece, z = linear_piece(layers, test.x), run(layers, test.x)
    distances = cdist(test.x, test.x)
    np.fill_diagonal(distances, np.inf)
    next_image, guess = distances.argmin(axis=1), z.argmax(axis=1)
    sums = np.tensordot(piece.a, test.x, (1, 1)) + piece.c[:, :, None]  # (n, classes, n)
    return Templates(
        data=test.title,
        image_shape=test.image_shape,
        accuracy=float(accuracy[0]),
        x=test.x,
        label=test.y,
        guess=guess,
        a=piece.a,
        error=float(np.abs(sum_at(piece, test.x) - z).max() / np.abs(z).max()),
        patterns=len(np.unique(piece.on, axis=0)),
        reach=piece.reach,
        next_image=next_image,
        nearest=distances.min(axis=1),
        first_switch=piece.first_switch(test.x[next_image] - test.x),
        chosen=sums.argmax(axis=1) == guess,
    )
