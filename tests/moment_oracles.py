"""Gaussian moments as mpmath integrates them, from the formulas typed in `activation_oracles`."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product

import mpmath
from mpmath import mpf

from activation_oracles import FAMILY_ORACLES, ORACLES, Oracle

KNOWN = {**ORACLES, **FAMILY_ORACLES}
DIGITS = 25
LEFT = mpf(10) ** -24  # what mpmath may leave out of an integral at 25 digits
REACH = 13  # standard deviations: beyond lies 1e-38


def expected(g: Oracle, mean: mpf, std: mpf, breaks: Iterable[float]) -> mpf:
    """Return E[g(z)], z ~ N(mean, std²), split around 0 and breaks; fail if mpmath doubts it."""
    ends = {mean + std * k for k in (-REACH, -9, -6, -4, -2, 0, 2, 4, 6, 9, REACH)}
    for place in map(mpf, {0.0, *breaks}):
        distances = [mpf(4) ** power for power in range(-1, 7)]
        ends |= {place, *(place + d for d in distances), *(place - d for d in distances)}
    ends = sorted(end for end in ends if abs(end - mean) <= REACH * std)
    total, error = mpmath.quad(
        lambda z: g(z) * mpmath.npdf(z, mean, std), ends, method="gauss-legendre", error=True
    )
    assert error <= mpf(10) ** -18 * abs(total) + LEFT
    return total


def exact_moments(name: str, mean: float, std: float, breaks: Iterable[float]) -> list[mpf]:
    """Return E[f], E[f²], Var f, E[f'] and E[f'²] of the activation of that name."""
    with mpmath.workdps(DIGITS):
        f, slope = map(lru_cache(None), KNOWN[name])
        normal = mpf(mean), mpf(std), breaks
        first = expected(f, *normal)
        centred = expected(lambda z: (f(z) - first) ** 2, *normal)
        squares = [expected(lambda z, g=g: g(z) ** 2, *normal) for g in (f, slope)]
        return [first, squares[0], centred, expected(slope, *normal), squares[1]]


def worst_of_five(found: Iterable[float], exact: list[mpf]) -> float:
    """Return the largest error of five moments, relative, but for what mpmath leaves out.

    E[f] and E[f'] may be 0 where f is not, so their errors are measured by the root of E[f²].
    """
    scales = [mpmath.sqrt(exact[1]), exact[1], exact[2], mpmath.sqrt(exact[4]), exact[4]]
    pairs = zip(found, exact, scales, strict=True)
    return float(max(max(abs(mpf(a) - b) - LEFT, 0) / (s or 1) for a, b, s in pairs))


def bent_products(
    kinks: Mapping[float, float], means: tuple[mpf, mpf], mean: float, std: float, rho: mpf
) -> tuple[mpf, mpf]:
    """Return E[f f] and E[f' f'] of a function made of lines, from how its slope jumps at kinks.

    By Price's theorem the second derivative by the correlation is std⁴ E[f'' f''], which is a
    sum of normal densities; `means` are E[f] and E[f'], where it all starts, at correlation 0.
    """
    std = mpf(std)

    def density(t: mpf) -> mpf:  # of (k, l) at correlation sin t, times d sin t
        total = mpf(0)
        for (k, up), (m, down) in product(kinks.items(), repeat=2):
            a, b = (mpf(k) - mean) / std, (mpf(m) - mean) / std
            share = (a * a - 2 * mpmath.sin(t) * a * b + b * b) / (2 * mpmath.cos(t) ** 2)
            total += up * down * mpmath.exp(-share) / (2 * mpmath.pi)
        return total

    end = mpmath.asin(rho)
    first = mpmath.quad(density, [0, end / 2, end])
    second = mpmath.quad(lambda t: (rho - mpmath.sin(t)) * density(t), [0, end / 2, end])
    value = means[0] ** 2 + rho * std**2 * means[1] ** 2 + std**2 * second
    return value, means[1] ** 2 + first


def smooth_product(g: Oracle, mean: float, std: float, rho: mpf) -> mpf:
    """Return E[g(z_1) g(z_2)] of a g without singularities near the real line, std at most 1.

    Equal steps converge like exp(-2 pi d / step), where d = pi / 2 is how far off tanh's are.
    """
    step, g = mpf("0.22"), lru_cache(None)(g)
    nodes = [k * step for k in range(-40, 41)]
    weights = [step * mpmath.npdf(x) for x in nodes]
    across = mpmath.sqrt((1 - rho) * (1 + rho))

    def inner(x: mpf) -> mpf:
        values = (g(mean + std * (rho * x + across * y)) for y in nodes)
        return mpmath.fdot(zip(weights, values, strict=True))

    values = (g(mean + std * x) * inner(x) for x in nodes)
    return mpmath.fdot(zip(weights, values, strict=True))


def nested_product(g: Oracle, mean: float, std: float, rho: mpf, breaks: Iterable[float]) -> mpf:
    """Return E[g(z_1) g(z_2)] of any g, slowly: one integral within the other."""
    across = std * mpmath.sqrt((1 - rho) * (1 + rho))
    mirrored = [mean + mpmath.sign(rho) * (place - mean) for place in breaks]

    def inner(z: mpf) -> mpf:
        return g(z) * expected(g, mean + rho * (z - mean), across, breaks)

    return expected(inner, mpf(mean), mpf(std), [*breaks, *mirrored])
