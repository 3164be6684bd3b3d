"""Experiments for the tests of sweeps, in a module that workers can import, and what they need."""

import os
import signal
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from rectified.activations import Activation, relu


@dataclass(frozen=True)
class Inner:
    label: str
    parts: tuple


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Outer:
    f: Activation
    width: int
    spectrum: np.ndarray
    single: np.ndarray
    mean: np.float64
    limit: float
    inner: Inner
    by_name: Mapping[str, object]


def spectrum(*, width: int, f: Activation = relu, seed: int = 0) -> Outer:
    """Return numbers in which every rounding of BLAS and LAPACK shows."""
    w = np.random.default_rng(seed).normal(size=(width, width))
    h = f(w @ w.T / 3)
    return Outer(
        f=f,
        width=width,
        spectrum=np.linalg.svd(h)[0][:, ::2],
        single=h.astype(np.float32).T,
        mean=h.mean(),
        limit=-np.inf,
        inner=Inner(label=f.name, parts=(None, True, 2**70, -0.0, [float(h.std())])),
        by_name=MappingProxyType({"kinks": dict(f.kinks), "seeds": range(seed)}),
    )


def logged(*, n: int, log: str) -> Inner:
    """Return n, after a line in a log; from n = 3 on, wait while a file says so."""
    with Path(log).open("a") as file:
        file.write(f"{n}\n")
    while n >= 3 and Path(f"{log}.hold").exists():
        time.sleep(0.01)
    return Inner(label="logged", parts=(n, 1 / (n + 1)))


def deadly(*, n: int, folder: str, lives: int) -> Inner:
    """Return n; but n = 3 kills its process as many times as it has lives, counted in a folder."""
    deaths = len(list(Path(folder).iterdir()))
    if n == 3 and deaths < lives:
        Path(folder, str(deaths)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Inner(label="deadly", parts=(n, np.sqrt(np.float64(n))))


def failing(*, n: int, error: str = "ValueError") -> Inner:
    """Return n, but n = 2 raises."""
    if n == 2:
        raise {"ValueError": ValueError, "SystemExit": SystemExit}[error]("two is too much")
    return Inner(label="failing", parts=(n,))


def environment(*, name: str) -> Inner:
    """Return what the worker's environment has under a name, and which process it is."""
    return Inner(label=os.environ.get(name, ""), parts=(os.getpid(),))


def unkeepable() -> Inner:
    """Return what no file can hold."""
    return Inner(label="unkeepable", parts=(np.random.default_rng(0),))


def anything(**settings: object) -> Inner:
    """Return the settings, whatever they are."""
    return Inner(label="anything", parts=tuple(settings.items()))


def bits(value: object) -> object:
    """Return what is equal for two values only if they agree in type, dtype, shape and bits."""
    kind = type(value)
    if isinstance(value, np.ndarray | np.generic):
        return kind, value.dtype, value.shape, np.asarray(value).tobytes()
    if kind is float:
        return kind, struct.pack("<d", value)
    if isinstance(value, Activation):
        return kind, value.name
    if isinstance(value, Mapping):
        return kind, [(bits(key), bits(part)) for key, part in value.items()]
    if isinstance(value, tuple | list):
        return kind, [bits(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return kind, [bits(getattr(value, field.name)) for field in fields(value)]
    return kind, value
