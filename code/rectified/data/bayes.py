"""Bayes errors: what the best rule of all gets wrong, on average, on the sets of `toys`.

No network can do better on new examples. Each function is named after its set and takes its
settings; the error is a share between 0 and 1 - 1 / classes.
"""

import numpy as np
from scipy import integrate, optimize, special, stats

from rectified.data.checks import check_noise, check_radii, check_share, check_whole

FAR = 40.0  # standard deviations: less than the smallest double lies beyond


def two_circles(*, noise: float, radii: tuple[float, float] = (0.5, 1.0)) -> float:
    """Return the error of the best radius to part two noisy rings at.

    About a ring of radius r, the distance ρ from the middle has Rice's density, ρ / σ²
    exp(-(ρ² + r²) / 2σ²) I₀(ρ r / σ²), and (ρ / σ)² is noncentral chi-square. The ratio of two
    such densities rises with ρ and is 1 at one radius.
    """
    check_noise(noise)
    check_radii(radii)
    inner, outer = radii
    if outer - inner >= 2 * FAR * noise:
        return 0.0
    a, b = inner / noise, outer / noise

    def log_ratio(d: float) -> float:
        """Return the log density at distance d (in σ) of the outer ring minus the inner's."""
        bessel = np.log(special.i0e(d * b)) - np.log(special.i0e(d * a))  # I₀(z) = exp(z) i0e(z)
        return bessel + (b - a) * (d - (a + b) / 2)

    # At d² = b² + 2 the ratio is above 1, since I₁(z) / I₀(z) > z / (1 + sqrt(1 + z²)).
    best = optimize.brentq(log_ratio, 0.0, np.sqrt(b**2 + 2))
    inner_ring, outer_ring = stats.ncx2(2, a**2), stats.ncx2(2, b**2)
    return float(inner_ring.sf(best**2) + outer_ring.cdf(best**2)) / 2


def parity(*, noise: float, bits: int = 3) -> float:
    """Return (1 - (1 - 2p)^bits) / 2: an odd number of bits is read wrong, each at p = Φ(-1/2σ).

    The best rule rounds each input to a bit, because the difference of the densities of even and
    odd corners is a product over the inputs.
    """
    check_noise(noise)
    check_whole(least=1, bits=bits)
    p = stats.norm.sf(0.5 / noise) if noise else 0.0
    return float(-np.expm1(bits * np.log1p(-2 * p)) / 2)


def xor(*, noise: float) -> float:
    """Return 2p (1 - p), p = Φ(-1/2σ): the parity of two bits."""
    return parity(noise=noise, bits=2)


def gaussian_mixture(*, noise: float, classes: int = 2, label_noise: float = 0.0) -> float:
    """Return the error of choosing the nearest centre, judged by labels of which some are wrong.

    With k classes, 1/π ∫ exp(-(sin(π/k) / (σ sin θ))² / 2) dθ from 0 to π - π/k; for two classes
    that is Φ(-1/σ). Source: craig1991new, where such a mixture is phase shift keying.
    """
    check_noise(noise)
    check_whole(least=2, classes=classes)
    reach = np.sin(np.pi / classes)  # from a centre to the nearest line between classes
    clean = 0.0
    if reach < FAR * noise:
        integral, _ = integrate.quad(
            lambda angle: np.exp(-((reach / (noise * np.sin(angle))) ** 2) / 2),
            0,
            np.pi - np.pi / classes,
            epsabs=1e-300,
            epsrel=1e-12,
        )
        clean = integral / np.pi
    return with_label_noise(clean, label_noise, classes=classes)


def with_label_noise(error: float, share: float, *, classes: int) -> float:
    """Return what an error e becomes when a share s of the labels is wrong.

    A prediction then counts as right if it is right of a right label, or if it is the wrong label:
    1 - (1 - s)(1 - e) - s e / (classes - 1). The best rule stays the best, up to
    s = 1 - 1 / classes, where all rules are equal.
    """
    check_share(share, classes)
    if not 0 <= error <= 1:
        raise ValueError(f"error must lie between 0 and 1, got {error}")
    return error + share * (1 - error * classes / (classes - 1))
