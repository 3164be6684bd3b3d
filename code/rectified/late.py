"""PyTorch, loaded when it is first used: that takes a second and 200 MB, and few uses need it.

    from rectified.pytorch import torch

What is written at the level of a module names PyTorch's functions inside of functions; annotations
stay strings by `from __future__ import annotations`.
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
    from torch import nn
    from torch.nn import functional
else:
    torch, nn, functional = map(Late, ("torch", "torch.nn", "torch.nn.functional"))

__all__ = ["functional", "nn", "torch"]
