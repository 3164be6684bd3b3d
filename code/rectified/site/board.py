"""The landing page's picture: hinges that have learned a curve, trained in NumPy while building.

The page's script (labs/source/landing) trains the same network from the same start, and ends at
this picture; without a script, this is what a reader sees.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rectified import networks
from rectified.activations import relu
from rectified.networks.losses import mean_squared_error
from rectified.networks.optimizers import Adam

HINGES = 12
STEPS = 2000  # the script stops there, too
RATE = 0.005
STEEP, FAINT = 4.0, 0.1  # |w| and |v| at first: steep hinges that add up to nearly nothing
X = np.linspace(-1.0, 1.0, 101)


@dataclass(frozen=True, eq=False)
class Board:
    """f(x) = Σ v max(0, w x + b) + c after its training, and the curve it was to learn."""

    network: networks.Network
    parameters: networks.Parameters  # of one network
    y: np.ndarray  # (101,), the curve at X

    def values(self, x: np.ndarray) -> np.ndarray:
        """Return f at each x."""
        return self.network.forward(self.parameters, x[:, None]).z[0, :, 0]

    @property
    def error(self) -> float:
        """The root mean square of what f is off at X."""
        return float(np.sqrt(np.mean((self.values(X) - self.y) ** 2)))

    def paths(self) -> dict[str, str]:
        """Return the picture's paths, as `picture.mjs` draws them, in a box of 640 by 300."""
        w, v, b = np.split(self.parameters.flat[0, :-1], 3)
        hinges = sorted(zip(-b / w, np.sign(w), v * (np.abs(w) + b), strict=True))
        seen = [hinge for hinge in hinges if abs(hinge[0]) < 1]
        kinks = np.array([kink for kink, _, _ in seen])
        ends = np.array([-1.0, *kinks, 1.0])
        return {
            "goal": line(zip(X, self.y, strict=True)),
            "up": "".join(line([(kink, 0), (end, y)]) for kink, end, y in seen if y > 0),
            "down": "".join(line([(kink, 0), (end, y)]) for kink, end, y in seen if y <= 0),
            "feet": dots((kink, 0) for kink in kinks),
            "net": line(zip(ends, self.values(ends), strict=True)),
            "kinks": dots(zip(kinks, self.values(kinks), strict=True)),
        }


def wave(x: np.ndarray) -> np.ndarray:
    """Return the curve that the page begins with.

    It is not odd: by symmetry some gradients would be 0 but for rounding, and Adam takes steps of
    the same size whatever the gradient's, so that script and build would part.
    """
    return 0.75 * np.sin(4.2 * x - 0.4)


def start(hinges: int) -> np.ndarray:
    """Return first parameters, (1, P): kinks spread evenly, each other hinge acting to the left."""
    k = np.arange(hinges)
    w = np.where(k % 2 == 0, -STEEP, STEEP)
    v = np.where(k % 4 < 2, -FAINT, FAINT)
    return np.concatenate([w, v, -w * ((2 * k + 1) / hinges - 1), [0.0]])[None]


def learned() -> Board:
    """Train the network: 0.2 s."""
    network = networks.mlp([1, HINGES, 1], relu)
    run = networks.train(
        network,
        networks.Parameters(network.shapes, start(HINGES)),
        X[:, None],
        wave(X)[:, None],
        loss=mean_squared_error,
        optimizer=Adam(learning_rate=RATE),
        steps=STEPS,
        seeds=[0],
    )
    return Board(network, run.parameters, wave(X))


def line(points: Iterable[tuple[float, float]]) -> str:
    """Return the path of a line through points."""
    return "M" + "L".join(map(_point, points))


def dots(points: Iterable[tuple[float, float]]) -> str:
    """Return a path of lines without a length: with round ends they are dots."""
    return "".join(f"M{_point(point)}h0" for point in points)


def _point(point: tuple[float, float]) -> str:
    x, y = point
    return f"{320 * (x + 1):.1f} {150 - 110 * y:.1f}"
