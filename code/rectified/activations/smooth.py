"""Smooth activations: the squashing ones, and the smooth relatives of ReLU below their bend.

exp overflows, underflows and cancels. So each formula is arranged around exp(-|z|), which lies
in [0, 1], and around expm1 and log1p, which keep the digits that exp(z) - 1 and log(1 + x) lose.
"""

import numpy as np

from rectified.activations.names import family
from rectified.activations.precise import exp_of_sum, multiple, quotient
from rectified.activations.record import Activation, check_positive
from rectified.late import functional, torch

INF = np.inf
LARGEST = np.finfo(np.float64).max
SELU_SCALE = 1.0507009873554805  # lambda
SELU_ALPHA = 1.6732632423543772
SELU_DEPTH = 1.7580993408473768  # lambda * alpha, rounded once


def logistic(z: np.ndarray, e: np.ndarray) -> np.ndarray:
    """Return the sigmoid of z from e = exp(-|z|): 1 / (1 + e), or e / (1 + e) where z < 0."""
    return np.maximum(e, z >= 0.0) / (1.0 + e)  # e is at most 1; `where` is ten times as slow


def sigmoid_value(z: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-z)), as exp(z) / (1 + exp(z)) where z < 0."""
    return logistic(z, np.exp(-np.abs(z)))


def sigmoid_derivative(z: np.ndarray) -> np.ndarray:
    """Return s (1 - s) without the cancellation in 1 - s."""
    e = np.exp(-np.abs(z))
    return e / (1.0 + e) ** 2


sigmoid = Activation(
    name="sigmoid",
    title="sigmoid",
    formula=r"\frac{1}{1 + e^{-z}}",
    family="saturating",
    value=sigmoid_value,
    derivative=sigmoid_derivative,
    torch_value=lambda t: torch.sigmoid(t),
    image=(0.0, 1.0),
    slopes=(0.0, 0.25),
    limits=(0.0, 1.0),
    monotone=True,
    zero_centred=False,
    smoothness=INF,
    source="rumelhart1986learning",
)


def tanh_derivative(z: np.ndarray) -> np.ndarray:
    """Return 1 / cosh(z)**2, since 1 - tanh(z)**2 cancels."""
    e = np.exp(-2.0 * np.abs(z))
    return 4.0 * e / (1.0 + e) ** 2


tanh = Activation(
    name="tanh",
    title="tanh",
    formula=r"\tanh z",
    family="saturating",
    value=np.tanh,
    derivative=tanh_derivative,
    torch_value=lambda t: torch.tanh(t),
    image=(-1.0, 1.0),
    slopes=(0.0, 1.0),
    limits=(-1.0, 1.0),
    monotone=True,
    zero_centred=True,
    smoothness=INF,
    source="lecun1998efficient",
)


def softsign_value(z: np.ndarray) -> np.ndarray:
    """Return z / (1 + |z|); the clip turns inf / inf into 1."""
    z = np.clip(z, -LARGEST, LARGEST)
    return z / (1.0 + np.abs(z))


softsign = Activation(
    name="softsign",
    title="softsign",
    formula=r"\frac{z}{1 + |z|}",
    family="saturating",
    value=softsign_value,
    derivative=lambda z: (1.0 / (1.0 + np.abs(z))) ** 2,  # the square below would overflow
    torch_value=lambda t: functional.softsign(t),
    image=(-1.0, 1.0),
    slopes=(0.0, 1.0),
    limits=(-1.0, 1.0),
    monotone=True,
    zero_centred=True,
    smoothness=1,  # f'' jumps at 0
    source="bergstra2009quadratic",
)


@family
def softplus(*, beta: float = 1.0) -> Activation:
    """Build log(1 + exp(beta * z)) / beta: ReLU with a bend about 1 / beta wide.

    PyTorch's returns z itself where beta * z > 20, which is off by up to 2e-9 / beta.
    Raises ValueError unless beta is positive and finite. Source: dugas2001incorporating.
    """
    check_positive(beta=beta)

    def value(z: np.ndarray) -> np.ndarray:
        return np.maximum(z, 0.0) + np.log1p(exp_of_sum(*multiple(beta, np.abs(z)))) / beta

    def derivative(z: np.ndarray) -> np.ndarray:  # the sigmoid of beta * z
        return logistic(z, exp_of_sum(*multiple(beta, np.abs(z))))

    return Activation(
        name=f"softplus(beta={float(beta)!r})",
        title="softplus",
        formula=r"\frac{1}{\beta} \log(1 + e^{\beta z})",
        family="smooth",
        value=value,
        derivative=derivative,
        torch_value=lambda t: functional.softplus(t, beta=beta),
        image=(0.0, INF),
        slopes=(0.0, 1.0),
        limits=(0.0, INF),
        monotone=True,
        zero_centred=False,
        smoothness=INF,
        parameters={"beta": beta},
        source="dugas2001incorporating",
    )


@family
def elu(*, alpha: float = 1.0) -> Activation:
    """Build z where z > 0, alpha * (exp(z) - 1) elsewhere.

    Raises ValueError unless alpha is positive and finite. Source: clevert2016fast, section 3.
    """
    check_positive(alpha=alpha)
    return Activation(
        name=f"elu(alpha={float(alpha)!r})",
        title="ELU",
        formula=r"\begin{cases} z & z > 0 \\ \alpha (e^z - 1) & z \le 0 \end{cases}",
        family="smooth",
        value=lambda z: np.maximum(z, 0.0) + alpha * np.expm1(np.minimum(z, 0.0)),
        derivative=lambda z: np.where(z > 0.0, 1.0, alpha * np.exp(np.minimum(z, 0.0))),
        torch_value=lambda t: functional.elu(t, alpha=alpha),
        image=(-alpha, INF),
        slopes=(0.0, max(alpha, 1.0)),
        kinks={0.0: alpha} if alpha != 1 else {},
        limits=(-alpha, INF),
        monotone=True,
        zero_centred=False,
        smoothness=1 if alpha == 1 else 0,
        parameters={"alpha": alpha},
        source="clevert2016fast",
    )


@family
def celu(*, alpha: float = 1.0) -> Activation:
    """Build max(0, z) + min(0, alpha * (exp(z / alpha) - 1)), whose slope never jumps.

    Raises ValueError unless alpha is positive and finite. Source: barron2017continuously.
    """
    check_positive(alpha=alpha)

    def value(z: np.ndarray) -> np.ndarray:
        below = np.minimum(z, 0.0)
        q = below / alpha
        # so close to 0 the value is z itself, and the quotient may have lost digits to underflow
        return np.maximum(z, 0.0) + np.where(q > -1e-17, below, alpha * np.expm1(q))

    return Activation(
        name=f"celu(alpha={float(alpha)!r})",
        title="CELU",
        formula=r"\max(0, z) + \min(0, \alpha (e^{z / \alpha} - 1))",
        family="smooth",
        value=value,
        derivative=lambda z: exp_of_sum(*quotient(-np.minimum(z, 0.0), alpha)),
        torch_value=lambda t: functional.celu(t, alpha=alpha),
        image=(-alpha, INF),
        slopes=(0.0, 1.0),
        limits=(-alpha, INF),
        monotone=True,
        zero_centred=False,
        smoothness=1,
        parameters={"alpha": alpha},
        source="barron2017continuously",
    )


selu = Activation(
    name="selu",
    title="SELU",
    formula=r"\lambda \begin{cases} z & z > 0 \\ \alpha (e^z - 1) & z \le 0 \end{cases}",
    family="smooth",
    value=lambda z: SELU_SCALE * np.maximum(z, 0.0) + SELU_DEPTH * np.expm1(np.minimum(z, 0.0)),
    derivative=lambda z: np.where(z > 0.0, SELU_SCALE, SELU_DEPTH * np.exp(np.minimum(z, 0.0))),
    torch_value=lambda t: functional.selu(t),
    image=(-SELU_DEPTH, INF),
    slopes=(0.0, SELU_DEPTH),
    kinks={0.0: SELU_DEPTH},
    limits=(-SELU_DEPTH, INF),
    monotone=True,
    zero_centred=False,
    smoothness=0,
    parameters={"scale": SELU_SCALE, "alpha": SELU_ALPHA},
    source="klambauer2017self",
)
