"""Wrong answers to every graded exercise, with what each must cost and what must be said of it.

`MISTAKES[chapter][exercise]` lists triples: the source of a wrong answer, the grade_ids of the
tests that it must not pass (it passes the others), and words of the message of the first.
"""

Mistake = tuple[str, tuple[str, ...], str]

MISTAKES: dict[str, dict[str, list[Mistake]]] = {
    "relu": {
        "scaled": [
            ('choice_scaled = "a"', ("scaled-test",), "two factors of 3 cancel"),
            ('choice_scaled = "c"', ("scaled-test",), "the slope is right"),
            ('choice_scaled = "d"', ("scaled-test",), "the factor comes out"),
            ('choice_scaled = "B"', ("scaled-test",), "one letter"),
        ],
        "larger": [
            ("larger = np.maximum", ("larger-test",), "of two infinities"),
            ("def larger(a, b):\n    return a + relu(a - b)", ("larger-test",), "Mismatch"),
            ("def larger(a, b):\n    return relu(a - b)", ("larger-test",), "Mismatch"),
            ("def larger(a, b):\n    return b + np.abs(a - b)", ("larger-test",), "Mismatch"),
            ("def larger(a, b):\n    print(max(a[0], b[0]))", ("larger-test",), "Mismatch"),
        ],
        "slope": [
            (
                "def relu_slope(x, at_zero):\n    return (x > 0) * 1.0",
                ("slope-test",),
                "at_zero = 0.0",  # NaN > 0 is false
            ),
            (
                "def relu_slope(x, at_zero):\n    return np.where(x >= 0, 1.0, 0.0 * x)",
                ("slope-test",),
                "at_zero = 0.0",
            ),
            (
                "def relu_slope(x, at_zero):\n    return (1 + np.sign(x)) / 2",
                ("slope-test",),
                "at_zero = 0.0",
            ),
            (
                "def relu_slope(x, at_zero):\n    return np.heaviside(x, 0.5 * (at_zero > 0))",
                ("slope-test",),
                "at_zero = 1.0",
            ),
        ],
        "gradient": [
            (
                "def unit_gradient(w, b, x, y):\n"
                "    back = 2 * (relu(w @ x + b) - y)\n"
                "    return back * x, back",
                ("gradient-test",),
                "the slope is 0",
            ),
            (
                "def unit_gradient(w, b, x, y):\n"
                "    z = w @ x + b\n"
                "    back = 2 * (relu(z) - y) * (z >= 0)\n"
                "    return back * x, back",
                ("gradient-test",),
                "the slope is 0",
            ),
            (
                "def unit_gradient(w, b, x, y):\n"
                "    z = w @ x + b\n"
                "    back = (relu(z) - y) * (z > 0)\n"
                "    return back * x, back",
                ("gradient-test",),
                "w = 2, -1",
            ),
            (
                "def unit_gradient(w, b, x, y):\n"
                "    z = w @ x + b\n"
                "    back = 2 * (relu(z) - y) * (z > 0)\n"
                "    return back * w, back",
                ("gradient-test",),
                "w = 2, -1",
            ),
        ],
        "multiply": [
            (
                "def multiplied_out(layers, x):\n"
                "    a, c = np.eye(len(x)), np.zeros(len(x))\n"
                "    for w, b in layers:\n"
                "        a, c = a @ w, c @ w + b\n"
                "    return a, c",
                ("multiply-test", "multiply-test-2"),
                "one of them off",
            ),
            (  # a ReLU after the last layer, too
                "def multiplied_out(layers, x):\n"
                "    a, c = np.eye(len(x)), np.zeros(len(x))\n"
                "    for w, b in layers:\n"
                "        a, c = a @ w, c @ w + b\n"
                "        on = x @ a + c > 0\n"
                "        a, c = a * on, c * on\n"
                "    return a, c",
                ("multiply-test", "multiply-test-2"),
                "one hidden layer",
            ),
            (  # two layers, and no more
                "def multiplied_out(layers, x):\n"
                "    (w, b), (v, d) = layers[0], layers[-1]\n"
                "    on = x @ w + b > 0\n"
                "    return (w * on) @ v, (b * on) @ v + d",
                ("multiply-test-2",),
                "",
            ),
            (  # the bias is let through by every unit
                "def multiplied_out(layers, x):\n"
                "    a, c = np.eye(len(x)), np.zeros(len(x))\n"
                "    for number, (w, b) in enumerate(layers, start=1):\n"
                "        a, c = a @ w, c @ w + b\n"
                "        if number < len(layers):\n"
                "            a = a * (x @ a + c > 0)\n"
                "    return a, c",
                ("multiply-test", "multiply-test-2"),
                "one of them off",
            ),
        ],
    },
}
