"""A price on outputs: a layer that lets everything through, and sends a penalty's gradient back."""

from dataclasses import dataclass

import numpy as np

from rectified.networks.layers import LayerParameters, Noise, Parameterless
from rectified.networks.penalties import check_strength


@dataclass(frozen=True)
class ActivityL1(Parameterless):
    """A layer with output h that adds strength · mean over the batch of Σ |h| to the loss.

    Its gradient by h is that of the loss plus strength · sign(h) / batch, 0 at the kink h = 0. The
    loss that training reports is without it, as with every penalty.
    Source: glorot2011deep, section 3.
    """

    strength: float

    fresh = False

    def __post_init__(self) -> None:
        """Raise TypeError or ValueError unless the strength is 0 or more, and finite."""
        check_strength(self.strength)

    def forward(
        self, parameters: LayerParameters, h: np.ndarray, noise: Noise, own: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return h, and h to remember."""
        return h, h

    def backward(
        self,
        parameters: LayerParameters,
        saved: np.ndarray,
        grad: np.ndarray,
        gradient: LayerParameters,
        pull: bool,
    ) -> np.ndarray:
        """Return the gradient by h, with the penalty's share."""
        price = grad.dtype.type(self.strength / saved.shape[1])
        return grad + price * np.sign(saved)
