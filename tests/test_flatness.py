import mpmath
import numpy as np
import pytest

from rectified.activations import ALL, Activation, sigmoid, tanh
from rectified.experiments import flat_ends


@pytest.mark.parametrize(
    ("f", "edge"),
    [
        # s (1 - s) = 1/400 where s = (1 - sqrt(1 - 1/100)) / 2, and z = log((1 - s) / s)
        (sigmoid, 2 * mpmath.acosh(10)),
        (tanh, mpmath.acosh(10)),  # 1 / cosh(z)² = 1/100
        (ALL["softsign"], 9),  # 1 / (1 + |z|)² = 1/100
    ],
)
def test_the_edge_is_where_a_hundredth_of_the_slope_is_left(f: Activation, edge: float) -> None:
    # brentq stops at 1e-12; a slope is right to a few ulp, which moves the edge by less
    assert flat_ends(f).edge == pytest.approx(float(edge), abs=1e-11)


def test_curves_are_those_of_the_function() -> None:
    result = flat_ends(tanh, reach=3.0)
    np.testing.assert_array_equal(result.value, tanh(result.x))
    np.testing.assert_array_equal(result.slope, tanh.derivative(result.x))
    assert (result.x[0], result.x[-1]) == (-3.0, 3.0)


@pytest.mark.parametrize("name", ["relu", "hard_tanh", "gelu", "softplus"])
def test_a_function_without_two_flat_ends_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="slope of f must be even"):
        flat_ends(ALL[name])


@pytest.mark.parametrize("share", [0.0, 1.0, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share must lie between 0 and 1"):
        flat_ends(tanh, share=share)
