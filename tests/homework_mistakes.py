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
    "activations": {
        "which-one": [
            ('choice_which_one = "a"', ("which-one-test",), "at most 1/4"),
            ('choice_which_one = "b"', ("which-one-test",), "has kinks"),
            ('choice_which_one = "d"', ("which-one-test",), "goes to infinity"),
            ('choice_which_one = ["c"]', ("which-one-test",), "one letter"),
        ],
        "hard-tanh": [
            (
                "def hard_tanh_from_relus(z):\n    return relu(z + 1) - relu(z - 1)",
                ("hard-tanh-test",),
                "from z = -4 to 4",
            ),
            (
                "def hard_tanh_from_relus(z):\n    return relu(z) - relu(z - 1)",
                ("hard-tanh-test",),
                "from z = -4 to 4",
            ),
            ("hard_tanh_from_relus = np.tanh", ("hard-tanh-test",), "from z = -4 to 4"),
            (
                "def hard_tanh_from_relus(z):\n    return relu(z + 1) - 1",
                ("hard-tanh-test",),
                "from z = -4 to 4",
            ),
        ],
        "softplus": [
            (
                "def stable_softplus(z):\n    return np.log(1 + np.exp(z))",
                ("softplus-test-2",),
                "z from 1000 to 1000",
            ),
            (
                "def stable_softplus(z):\n    return np.log1p(np.exp(z))",
                ("softplus-test-2",),
                "z from 1000 to 1000",
            ),
            (
                "def stable_softplus(z):\n"
                "    return np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(z)))",
                ("softplus-test-2",),
                "z from -40 to -40",
            ),
            (
                "def stable_softplus(z):\n    return np.maximum(z, 0)",
                ("softplus-test", "softplus-test-2"),
                "near 0",
            ),
        ],
        "mish": [
            ("turning_point = 0.0", ("mish-test",), "lower"),
            ("turning_point = -1.1924", ("mish-test",), "not six decimals yet"),
            ('turning_point = ALL["mish"](-1.192431)', ("mish-test",), "lower"),
            ("turning_point = float('nan')", ("mish-test",), "lower"),
        ],
        "weights": [
            (
                "def hinge_weights(t, y):\n    return np.diff(y) / np.diff(t)",
                ("weights-test",),
                "(0, 1), (1, 2), (3, 0)",
            ),
            (
                "def hinge_weights(t, y):\n    return np.diff(np.diff(y), prepend=0.0)",
                ("weights-test",),
                "(0, 1), (1, 2), (3, 0)",
            ),
            (
                "def hinge_weights(t, y):\n    return np.diff(np.diff(y) / np.diff(t))",
                ("weights-test",),
                "(0, 1), (1, 2), (3, 0)",
            ),
            (
                "def hinge_weights(t, y):\n    return np.array([1.0, -2.0])",
                ("weights-test",),
                "8 for 9 places",
            ),
        ],
    },
    "networks-by-hand": {
        "silent": [
            ('choice_silent = "a"', ("silent-test",), "whatever the units do"),
            ('choice_silent = "c"', ("silent-test",), "multiplied by its unit's output"),
            ('choice_silent = "d"', ("silent-test",), "its unit's gate"),
        ],
        "gate": [
            (
                "def through_relu(z, grad_h):\n    return grad_h * (z >= 0)",
                ("gate-test",),
                "z = -1, 0, 2",
            ),
            (
                "def through_relu(z, grad_h):\n    return np.maximum(grad_h, 0)",
                ("gate-test",),
                "z = -1, 0, 2",
            ),
            (
                "def through_relu(z, grad_h):\n    return grad_h * np.maximum(z, 0)",
                ("gate-test",),
                "z = -1, 0, 2",
            ),
            (
                "def through_relu(z, grad_h):\n    return (z > 0) * 1.0",
                ("gate-test",),
                "z = -1, 0, 2",
            ),
        ],
        "dense": [
            (
                "def through_dense(h, w, grad_z):\n"
                "    return h.T @ grad_z, grad_z.mean(axis=0), grad_z @ w.T",
                ("dense-test",),
                "by b",
            ),
            (
                "def through_dense(h, w, grad_z):\n"
                "    return h.T @ grad_z / len(h), grad_z.sum(axis=0), grad_z @ w.T",
                ("dense-test",),
                "by w",
            ),
            (
                "def through_dense(h, w, grad_z):\n"
                "    return grad_z.T @ h, grad_z.sum(axis=0), grad_z @ w.T",
                ("dense-test",),
                "by w has the shape of w",
            ),
            (
                "def through_dense(h, w, grad_z):\n"
                "    return h.T @ grad_z, grad_z.sum(axis=0), 2 * grad_z @ w.T",
                ("dense-test",),
                "by h",
            ),
            (
                "def through_dense(h, w, grad_z):\n    return h.T @ grad_z, grad_z.sum(axis=0)",
                ("dense-test",),
                "three gradients",
            ),
        ],
        "witness": [
            (  # forward differences
                "def numeric_gradient(loss, theta, epsilon=1e-5):\n"
                "    found = np.empty(theta.shape)\n"
                "    for place in np.ndindex(theta.shape):\n"
                "        move = np.zeros(theta.shape)\n"
                "        move[place] = epsilon\n"
                "        found[place] = (loss(theta + move) - loss(theta)) / epsilon\n"
                "    return found",
                ("witness-test",),
                "cubes at 1 and 0",
            ),
            (  # one epsilon for two
                "def numeric_gradient(loss, theta, epsilon=1e-5):\n"
                "    found = np.empty(theta.shape)\n"
                "    for place in np.ndindex(theta.shape):\n"
                "        move = np.zeros(theta.shape)\n"
                "        move[place] = epsilon\n"
                "        found[place] = (loss(theta + move) - loss(theta - move)) / epsilon\n"
                "    return found",
                ("witness-test",),
                "cubes at 1 and 0",
            ),
            (  # all entries move at once
                "def numeric_gradient(loss, theta, epsilon=1e-5):\n"
                "    slope = (loss(theta + epsilon) - loss(theta - epsilon)) / (2 * epsilon)\n"
                "    return np.full(theta.shape, slope)",
                ("witness-test",),
                "cubes at 1 and 0",
            ),
            (  # the last entry stays moved
                "def numeric_gradient(loss, theta, epsilon=1e-5):\n"
                "    found = np.empty(theta.shape)\n"
                "    for place in np.ndindex(theta.shape):\n"
                "        theta[place] += epsilon\n"
                "        above = loss(theta)\n"
                "        theta[place] -= 2 * epsilon\n"
                "        found[place] = (above - loss(theta)) / (2 * epsilon)\n"
                "        theta[place] += epsilon if place < (1, 2) else 0\n"
                "    return found",
                ("witness-test",),
                "must stay as it was",
            ),
        ],
    },
    "vanishing-gradients": {
        "bound": [
            ('choice_bound = "a"', ("bound-test",), "learning rate scales the step"),
            ('choice_bound = "b"', ("bound-test",), "through their weights"),
            ('choice_bound = "c"', ("bound-test",), "to the power of 20"),
        ],
        "backward": [
            (  # from the first layer to the last
                "def first_gradient(weights, slopes, grad):\n"
                "    for w, slope in zip(weights, slopes):\n"
                "        grad = (grad @ w.T) * slope\n"
                "    return grad",
                ("backward-test",),
                "mismatch",
            ),
            (  # without the first layer's slopes
                "def first_gradient(weights, slopes, grad):\n"
                "    for w, slope in zip(weights[:0:-1], slopes[:0:-1]):\n"
                "        grad = (grad @ w.T) * slope\n"
                "    return grad @ weights[0].T",
                ("backward-test",),
                "one step",
            ),
            (  # weights the wrong way round
                "def first_gradient(weights, slopes, grad):\n"
                "    for w, slope in zip(weights[::-1], slopes[::-1]):\n"
                "        square = w.shape[0] == w.shape[1]\n"
                "        grad = grad @ (w if square else w.T) * slope\n"
                "    return grad",
                ("backward-test",),
                "one step",
            ),
            (  # no more than one layer
                "def first_gradient(weights, slopes, grad):\n"
                "    return (grad @ weights[-1].T) * slopes[-1]",
                ("backward-test",),
                "three steps",
            ),
        ],
        "gain": [
            (
                "def keeping_gain(slopes):\n    return 1 / np.mean(slopes)",
                ("gain-test",),
                "half are 1, half 0",
            ),
            (
                "def keeping_gain(slopes):\n    return 1 / np.mean(np.square(slopes))",
                ("gain-test",),
                "all slopes 1/4",
            ),
            (
                "def keeping_gain(slopes):\n    return 1 / np.std(slopes)",
                ("gain-test",),
                "all slopes 1/4",
            ),
            (
                "def keeping_gain(slopes):\n    return 1 / np.max(slopes)",
                ("gain-test",),
                "half are 1, half 0",
            ),
        ],
        "clip": [
            (
                "def clipped(gradient, limit):\n    return np.clip(gradient, -limit, limit)",
                ("clip-test",),
                "(3, 4) to 1",
            ),
            (
                "def clipped(gradient, limit):\n"
                "    return gradient * limit / np.linalg.norm(gradient)",
                ("clip-test",),
                "is short enough",
            ),
            (
                "def clipped(gradient, limit):\n"
                "    norm = np.linalg.norm(gradient)\n"
                "    return gradient if norm <= limit else gradient / norm",
                ("clip-test",),
                "(3, 4) to 2",
            ),
            (
                "def clipped(gradient, limit):\n"
                "    norm = np.sum(gradient**2)\n"
                "    return gradient if norm <= limit else gradient * limit / norm",
                ("clip-test",),
                "(3, 4) to 1",
            ),
        ],
    },
    "benefits": {
        "counting": [
            ('choice_counting = "a"', ("counting-test",), "those are units"),
            ('choice_counting = "b"', ("counting-test",), "with the inputs"),
            ('choice_counting = "d"', ("counting-test",), "incoming weights"),
        ],
        "soft": [
            (  # subtraction alone
                "def soft_threshold(w, amount):\n    return w - amount * np.sign(w)",
                ("soft-test",),
                "-2, -0.3, 0",
            ),
            (  # the hard threshold
                "def soft_threshold(w, amount):\n    return np.where(np.abs(w) > amount, w, 0.0)",
                ("soft-test",),
                "-2, -0.3, 0",
            ),
            (
                "def soft_threshold(w, amount):\n    return relu(w - amount)",
                ("soft-test",),
                "-2, -0.3, 0",
            ),
            (
                "def soft_threshold(w, amount):\n    return relu(w - 0.5) - relu(-w - 0.5)",
                ("soft-test",),
                "amount = ",
            ),
        ],
        "open": [
            (
                "def count_paths(gates):\n"
                "    return np.sum([g.sum(axis=1) for g in gates], axis=0)",
                ("open-test",),
                "2 · 2 units are on",
            ),
            (
                "def count_paths(gates):\n    return np.prod([g.sum() for g in gates])",
                ("open-test",),
                "2 · 2 units are on",
            ),
            (
                "def count_paths(gates):\n"
                "    return np.prod([g.any(axis=1) for g in gates], axis=0)",
                ("open-test",),
                "2 · 2 units are on",
            ),
            (
                "def count_paths(gates):\n    return gates[0].sum(axis=1) * gates[1].sum(axis=1)",
                ("open-test",),
                "layers of 3, 4 and 2 units",
            ),
        ],
        "arrive": [
            (  # counted from 0
                "def arrival(errors, target, window):\n"
                "    for t in range(window - 1, len(errors)):\n"
                "        if np.mean(errors[t + 1 - window : t + 1]) <= target:\n"
                "            return t\n"
                "    return np.inf",
                ("arrive-test",),
                "the first two",
            ),
            (  # the last step, where there is none
                "def arrival(errors, target, window):\n"
                "    for t in range(window, len(errors) + 1):\n"
                "        if np.mean(errors[t - window : t]) <= target:\n"
                "            return t\n"
                "    return len(errors)",
                ("arrive-test-2",),
                "never",
            ),
            (  # fewer errors than the window
                "def arrival(errors, target, window):\n"
                "    for t in range(1, len(errors) + 1):\n"
                "        if np.mean(errors[max(t - window, 0) : t]) <= target:\n"
                "            return t\n"
                "    return np.inf",
                ("arrive-test", "arrive-test-2"),
                "not before there are three",
            ),
            (  # below, and not at most
                "def arrival(errors, target, window):\n"
                "    for t in range(window, len(errors) + 1):\n"
                "        if np.mean(errors[t - window : t]) < target:\n"
                "            return t\n"
                "    return np.inf",
                ("arrive-test",),
                "the first two",
            ),
        ],
        "even": [
            ("break_even = 0.9", ("even-test",), "it is between 0.8 and 0.9"),
            (  # straight in the time itself
                "samples = record.sparse.samples\n"
                "shares = np.array([float(share) for share in samples])\n"
                "times = np.array([overhead * record.sparse.median(share) for share in samples])\n"
                "break_even = np.interp(-1.0, -times, shares)",
                ("even-test",),
                "a line through the logarithms",
            ),
            ("break_even = 84.5", ("even-test",), "it is between 0.8 and 0.9"),
            ("break_even = 0.85", ("even-test",), "a line through the logarithms"),
        ],
    },
    "initialization": {
        "ten": [
            ('choice_ten = "a"', ("ten-test",), "take its root"),
            ('choice_ten = "c"', ("ten-test",), "lets half of the mean square through"),
            ('choice_ten = "d"', ("ten-test",), "the signal shrinks"),
        ],
        "ends": [
            (
                "def ends(gain, fan_in):\n    return gain / np.sqrt(fan_in)",
                ("ends-test",),
                "gain √2, fan in 6",
            ),
            (
                "def ends(gain, fan_in):\n    return gain * np.sqrt(12 / fan_in)",
                ("ends-test",),
                "gain √2, fan in 6",
            ),
            (
                "def ends(gain, fan_in):\n    return np.sqrt(6 / fan_in)",
                ("ends-test",),
                "gain 1, fan in 300",
            ),
        ],
        "measured": [
            (
                "def measured_gain(f, z):\n    return 1 / np.std(f(z))",
                ("measured-test",),
                "|z| at 3 and -4",
            ),
            (
                "def measured_gain(f, z):\n    return 1 / np.mean(f(z) ** 2)",
                ("measured-test",),
                "|z| at 3 and -4",
            ),
            (
                "def measured_gain(f, z):\n    return np.sqrt(2 / np.mean(z**2))",
                ("measured-test",),
                "|z| at 3 and -4",
            ),
        ],
        "scale": [
            (
                "def scaled(w, x):\n    return w / np.std(w)",
                ("scale-test",),
                "the variance of x @ w",
            ),
            (
                "def scaled(w, x):\n    return w / np.var(x @ w)",
                ("scale-test",),
                "the variance of x @ w",
            ),
            (  # around 0, not around the mean
                "def scaled(w, x):\n    return w / np.sqrt(np.mean((x @ w) ** 2))",
                ("scale-test",),
                "the variance of x @ w",
            ),
            (
                "def scaled(w, x):\n    w /= np.std(x @ w)\n    return w",
                ("scale-test",),
                "w must stay as it was",
            ),
        ],
    },
    "dying-relu": {
        "log": [
            ('choice_log = "a"', ("log-test",), "anything to mend"),
            ('choice_log = "b"', ("log-test",), "nobody counted those"),
            ('choice_log = "d"', ("log-test",), "sparsity, and harmless"),
        ],
        "count": [
            (
                "def dead_of(z):\n    return (z < 0).all(axis=0)",
                ("count-test",),
                "two examples, four units",
            ),
            (
                "def dead_of(z):\n    return (z <= 0).any(axis=0)",
                ("count-test",),
                "two examples, four units",
            ),
            (
                "def dead_of(z):\n    return z.mean(axis=0) <= 0",
                ("count-test",),
                "two examples, four units",
            ),
            (
                "def dead_of(z):\n    return (z <= 0).all()",
                ("count-test",),
                "two examples, four units",
            ),
        ],
        "critical": [
            (  # the first example that goes off, not the last
                "def critical_rate(x, w, b, grad_w, grad_b):\n"
                "    return max(0.0, np.min((x @ w + b) / (x @ grad_w + grad_b)))",
                ("critical-test",),
                "above for none",
            ),
            (  # without the bias
                "def critical_rate(x, w, b, grad_w, grad_b):\n"
                "    return max(0.0, np.max((x @ w) / (x @ grad_w)))",
                ("critical-test",),
                "above for none",
            ),
            (  # a negative rate for a unit that is off
                "def critical_rate(x, w, b, grad_w, grad_b):\n"
                "    return np.max((x @ w + b) / (x @ grad_w + grad_b))",
                ("critical-test",),
                "a unit that is off needs no step",
            ),
        ],
        "restart": [
            (  # the outgoing weights stay
                "def restart(w, b, w_next, dead, fresh):\n"
                "    return np.where(dead, fresh, w), np.where(dead, 0.0, b), w_next",
                ("restart-test",),
                "outputs must not change",
            ),
            (  # the old bias stays
                "def restart(w, b, w_next, dead, fresh):\n"
                "    new_next = np.where(dead[:, None], 0.0, w_next)\n"
                "    return np.where(dead, fresh, w), b, new_next",
                ("restart-test",),
                "dead units take bias 0",
            ),
            (  # all units start anew
                "def restart(w, b, w_next, dead, fresh):\n    return fresh, 0 * b, 0 * w_next",
                ("restart-test",),
                "outputs must not change",
            ),
            (  # into what came in
                "def restart(w, b, w_next, dead, fresh):\n"
                "    w[:, dead], b[dead], w_next[dead] = fresh[:, dead], 0.0, 0.0\n"
                "    return w, b, w_next",
                ("restart-test",),
                "",
            ),
        ],
    },
    "extensions": {
        "through": [
            ('choice_through = "b"', ("through-test",), "those are sums"),
            ('choice_through = "c"', ("through-test",), "small, but not 0"),
            ('choice_through = "d"', ("through-test",), "meets the slope"),
        ],
        "backward": [
            (
                "def prelu_backward(z, slope, grad):\n"
                "    by_slope = np.sum(grad * np.minimum(z, 0))\n"
                "    return grad * np.where(z >= 0, 1.0, slope), by_slope",
                ("backward-test",),
                "by z, at -2, 0 and 4",
            ),
            (
                "def prelu_backward(z, slope, grad):\n"
                "    return grad * np.where(z > 0, 1.0, slope), np.sum(grad * (z <= 0))",
                ("backward-test",),
                "by the slope",
            ),
            (
                "def prelu_backward(z, slope, grad):\n"
                "    return grad * np.where(z > 0, 1.0, slope), np.sum(grad * z)",
                ("backward-test",),
                "by the slope",
            ),
            (
                "def prelu_backward(z, slope, grad):\n"
                "    return grad * np.where(z > 0, 1.0, slope), grad * np.minimum(z, 0)",
                ("backward-test",),
                "by the slope",
            ),
            (  # right for slopes below 1
                "def prelu_backward(z, slope, grad):\n"
                "    on = np.maximum(z, slope * z) == z\n"
                "    by_z = grad * np.where(on & (z != 0), 1.0, slope)\n"
                "    return by_z, np.sum(grad * np.minimum(z, 0))",
                ("backward-test",),
                "by z, slope 2.0",
            ),
        ],
        "unit": [
            ("scale = np.sqrt(2 / (1 + slope))", ("unit-test",), "the scale for slope"),
            ("scale = 2 / (1 + slope**2)", ("unit-test",), "the scale for slope"),
            ("scale = np.sqrt(2)", ("unit-test",), "the scale for slope"),
        ],
        "lines": [
            (  # through the origin
                "def tangent_lines(value, derivative, places):\n"
                "    return derivative(places), value(places)",
                ("lines-test",),
                "x² at 0, 1, 3",
            ),
            (
                "def tangent_lines(value, derivative, places):\n"
                "    w = derivative(places)\n"
                "    return w, value(places) + w * places",
                ("lines-test",),
                "x² at 0, 1, 3",
            ),
            (  # chords
                "def tangent_lines(value, derivative, places):\n"
                "    w = np.gradient(value(places), places)\n"
                "    return w, value(places) - w * places",
                ("lines-test",),
                "x² at 0, 1, 3",
            ),
        ],
        "ranks": [
            (  # ties in their order
                "def mean_ranks(errors):\n"
                "    return (errors.argsort(axis=1).argsort(axis=1) + 1).mean(axis=0)",
                ("ranks-test",),
                "share 1 and 2",
            ),
            (  # the order, not the ranks
                "def mean_ranks(errors):\n    return (errors.argsort(axis=1) + 1).mean(axis=0)",
                ("ranks-test",),
                "0.3, 0.1, 0.2",
            ),
            (  # the largest first
                "def mean_ranks(errors):\n"
                "    better = (errors[:, :, None] < errors[:, None, :]).sum(axis=2)\n"
                "    return (better + 1).mean(axis=0)",
                ("ranks-test",),
                "0.3, 0.1, 0.2",
            ),
            (  # all that are equal get the best rank
                "def mean_ranks(errors):\n"
                "    better = (errors[:, :, None] > errors[:, None, :]).sum(axis=2)\n"
                "    return (better + 1).mean(axis=0)",
                ("ranks-test",),
                "share 1 and 2",
            ),
        ],
    },
}
