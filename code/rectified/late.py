"""Libraries that are loaded when they are first used: PyTorch takes a second and 200 MB.

    from rectified.late import torch

Code at the level of a module names what is in them inside of functions only; annotations stay
strings by `from __future__ import annotations`.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any


class Late(ModuleType):
    """Stands for a module, and imports it when it is first asked for a name.

    importlib's LazyLoader does not do here: SciPy and scikit-learn look whether PyTorch is among
    the loaded modules, and would load it to ask whether an array is a tensor.
    """

    def __getattr__(self, name: str) -> Any:
        """Return what the module has by this name."""
        return getattr(import_module(self.__name__), name)


if TYPE_CHECKING:
    import torch
    from sklearn import datasets, neural_network
    from torch import nn
    from torch.nn import functional
else:
    torch, nn, functional = map(Late, ("torch", "torch.nn", "torch.nn.functional"))
    datasets, neural_network = map(Late, ("sklearn.datasets", "sklearn.neural_network"))

__all__ = ["datasets", "functional", "neural_network", "nn", "torch"]
