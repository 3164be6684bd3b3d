"""Print the coefficients of `rectified.activations.precise.normal_hazard`, and how well they fit.

They are those of the ratio P / Q for which a + P(a) / Q(a) comes closest to phi(a) / Phi(-a) on
[0, 40] in the sense of relative least squares, found at 60 digits by iterated linear fits. All are
positive, so neither polynomial cancels. Run it as `python tools/fit_normal_hazard.py`.
"""

import mpmath
from mpmath import mpf

DEGREE = 9  # of P; Q has one more, since the ratio falls like 1 / a
END = 40


def normal_hazard(a: mpf) -> mpf:
    """Return phi(a) / Phi(-a)."""
    return mpmath.npdf(a) / (mpmath.erfc(a / mpmath.sqrt(2)) / 2)


def places(count: int) -> list[mpf]:
    """Return that many points of [0, END], crowded at both ends of a / (a + 2)."""
    end = mpf(END) / (END + 2)
    shares = [
        end * (1 - mpmath.cos(mpmath.pi * (k + mpf(1) / 2) / count)) / 2 for k in range(count)
    ]
    return [2 * share / (1 - share) for share in shares]


def fit(nodes: list[mpf], rounds: int = 6) -> tuple[list[mpf], list[mpf]]:
    """Return the coefficients of P and Q, lowest power first, Q(0) = 1."""
    weights = [mpf(1)] * len(nodes)  # 1 / Q of the round before makes the linear fit the true one
    for _ in range(rounds):
        rows, right = [], []
        for a, weight in zip(nodes, weights, strict=True):
            hazard = normal_hazard(a)
            y = hazard - a
            powers = [a**k * weight / hazard for k in range(DEGREE + 2)]
            rows.append(powers[: DEGREE + 1] + [-y * power for power in powers[1:]])
            right.append(y * powers[0])
        solution = list(mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix(right)))
        p, q = solution[: DEGREE + 1], [mpf(1), *solution[DEGREE + 1 :]]
        weights = [1 / mpmath.polyval(q[::-1], a) for a in nodes]
    return p, q


def main() -> None:
    """Fit, print the coefficients as doubles, and the largest relative error of the fit."""
    with mpmath.workdps(60):
        p, q = fit(places(4 * (2 * DEGREE + 1)))
        for name, coefficients in (("HAZARD_P", p), ("HAZARD_Q", q)):
            print(name, "=", [float(coefficient) for coefficient in coefficients])
        ratios = [
            (a + mpmath.polyval(p[::-1], a) / mpmath.polyval(q[::-1], a)) / normal_hazard(a)
            for a in places(1000)
        ]
        print("largest relative error:", mpmath.nstr(max(abs(r - 1) for r in ratios), 3))


if __name__ == "__main__":
    main()
