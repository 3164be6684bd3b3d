"""What the pieces of the lab on dying units work out: phases, sentences, lines in a picture."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from rectified.labs.dying_units import UNITS
from test_lab_dying_units import START, asked

EXACT = {"rtol": 0, "atol": 1e-9}  # a few roundings of numbers below 10


# ---- phases
ROWS = [[50, 2.0, 0.0, "relu", 0.1, "SGD"], [0, 4.0, 1.0, "relu", 0.1, "SGD"]]


def test_phases_come_in_their_order_and_the_controls_act_last() -> None:
    state = START | {"past": [*ROWS, [120, 9.0, 0.0, "relu", 0.1, "SGD"]], "since": 100}
    (found,) = asked([{"task": "phases", "state": state, "steps": [0, 49, 50, 99, 100, 200]}])
    assert [phase["start"] for phase in found["all"]] == [0, 50, 100]
    assert found["at"] == [4.0, 4.0, 2.0, 2.0, 4.0, 4.0]
    assert found["changes"] == ["rate 4 → 2, offset 1 → 0", "rate 2 → 4"]


def test_steps_before_the_first_phase_belong_to_it() -> None:
    (found,) = asked([{"task": "phases", "state": START | {"since": 30}, "steps": [0, 30]}])
    assert found["at"] == [4.0, 4.0]


def test_what_was_before_a_step_is_kept_when_the_controls_act_from_it() -> None:
    state = START | {"past": ROWS, "since": 100, "learning_rate": 0.5, "activation": "gelu"}
    (found,) = asked([{"task": "phases", "state": state, "steps": [0, 50, 80, 100, 150]}])
    now = [100, 0.5, 0, "gelu", 0.1, "SGD"]
    assert found["froms"] == [
        {"past": [], "since": 0},
        {"past": ROWS[1:], "since": 50},
        {"past": ROWS[::-1], "since": 80},
        {"past": ROWS[::-1], "since": 100},
        {"past": [*ROWS[::-1], now], "since": 150},
    ]


def test_changes_are_named_by_what_changed() -> None:
    later = {"leak": 0.2, "activation": "leaky_relu", "optimizer": "Adam", "since": 10}
    rows = [[0, 4.0, 0.0, "leaky_relu", 0.1, "SGD"], [5, 4.0, 0.0, "leaky_relu", 0.1, "SGD"]]
    (found,) = asked([{"task": "phases", "state": START | later | {"past": rows}, "steps": []}])
    assert found["changes"] == ["from here on", "leak 0.1 → leak 0.2, SGD → Adam"]


def test_what_acted_before_the_controls_is_said() -> None:
    states = [START, START | {"past": ROWS[1:], "since": 100}, START | {"past": ROWS, "since": 100}]
    found = asked([{"task": "phases", "state": state, "steps": []} for state in states])
    before = "Up to step 100: rate 4, offset 1, ReLU, SGD"
    more = ", and then as the picture says"
    said = ["", f"{before}. From there on:", f"{before}{more}. From there on:"]
    assert [one["acting"] for one in found] == said


# ---- words
def told(steepest: list[float], active: list[int], *, diverged: bool = False) -> list[str]:
    """Return the readout of two steps: all units alive, and then as it is given for some."""
    alive = [1.0] * UNITS, [5] * UNITS
    later = [
        given + one[len(given) :] for given, one in zip((steepest, active), alive, strict=True)
    ]
    task = {"steepest": [alive[0], later[0]], "active": [alive[1], later[1]]}
    (found,) = asked([{"task": "told", "diverged": diverged, **task}])
    return found


def test_the_readout_says_how_many_are_dead_and_why() -> None:
    assert told([0.0], [0]) == [
        "At step 0, no unit is dead. So far none has died; loss 0.5.",
        "At step 1, 1 of 24 units is dead: slope 0 on all 96 examples, so gradient 0. So far 1 "
        "died, none came back; loss 0.5.",
    ]
    assert "2 of 24 units are dead: slope 0" in told([0.0, 0.0], [0, 0])[1]


def test_units_without_examples_are_not_called_dead_while_they_have_a_slope() -> None:
    _, said = told([0.2, 0.009], [0, 0])
    assert "no unit is dead, but 2 are active on no example, 1 of them with slopes below" in said
    assert "but 1 is active on no example. So far" in told([0.2], [0])[1]


def test_a_slope_alone_does_not_bring_a_unit_back() -> None:
    task = {"task": "told", "diverged": False}
    gone, alive = [0.0] * 3 + [1.0] * (UNITS - 3), [5] * UNITS
    steps = {"steepest": [gone, [0.2] * 3 + gone[3:]] * 2, "active": [alive] * 4}
    steps["active"][1], steps["active"][3] = [0] * 3 + alive[3:], [7, 0, 0, *alive[3:]]
    (found,) = asked([task | steps])
    assert "So far 3 began dead, no other died, none came back" in found[0]
    assert "3 have a slope again, none of them active;" in found[1]
    assert "3 have a slope again, 1 of them active;" in found[3]
    steps["active"][3] = alive
    assert "no other died, 3 came back;" in asked([task | steps])[0][3]


def test_the_readout_says_where_numbers_stopped_being_finite() -> None:
    first, last = told([], [], diverged=True)
    assert "not finite" not in first
    assert last.endswith("In the next step a number was not finite.")


def test_a_training_ends_where_a_number_is_not_finite() -> None:
    phase = {"start": 0, "rate": 1e300, "offset": 4, "activation": "leaky_relu", "leak": 0.5}
    settings = {"seed": 0, "bias": 0, "phases": [phase | {"optimizer": "SGD"}]}
    (found,) = asked([{"task": "after", "settings": settings, "steps": 20}])
    assert found["finished"]
    assert found["diverged"]
    assert found["taken"] < 5
    assert np.isfinite(found["loss"]), "what is on record is what still was a number"


def test_rows_stand_in_the_order_of_death() -> None:
    (found,) = asked([{"task": "trained", "state": START}])
    firsts = [np.inf if first < 0 else first for first in found["firsts"]]
    assert firsts == sorted(firsts)
    assert found["last"][0] == f"dead since step {found['firsts'][0]}"
    assert found["last"][-1].startswith("on ")


def test_units_that_bias_kills_are_dead_from_the_start() -> None:
    (found,) = asked([{"task": "trained", "state": START | {"bias": -4.0, "learning_rate": 0.1}}])
    assert found["dead"][0] >= UNITS - 2
    assert found["last"][0] == "dead from the start"
    assert f"So far {found['dead'][0]} began dead" in "".join(found["readouts"][0])


# ---- lines
BOX = {"left": -1.0, "right": 3.0, "low": -2.0, "high": 2.0}
MIDDLE = np.array([1.0, 0.0])
RNG = np.random.default_rng(3)
LINES = [{"w": list(RNG.normal(size=2)), "b": 3 * RNG.normal()} for _ in range(200)] + [
    {"w": w, "b": b} for w in ([1.0, 0.0], [0.0, -2.0]) for b in (-0.5, 0.5, 5.0)
]


def in_box(points: np.ndarray, slack: float = 0.0) -> np.ndarray:
    """Say which points lie in the box."""
    low, high = np.array([-1.0, -2.0]) - slack, np.array([3.0, 2.0]) + slack
    return ((points >= low) & (points <= high)).all(axis=-1)


@pytest.fixture(scope="module")
def drawn_lines() -> list[tuple[np.ndarray, float, dict[str, Any]]]:
    """Each line with its w, its b, and what the lab works out of it."""
    (found,) = asked([{"task": "lines", "box": BOX, "all": LINES, "point": [0.5, 0.25]}])
    return [(np.array(one["w"]), one["b"], got) for one, got in zip(LINES, found, strict=True)]


def test_a_line_is_drawn_from_border_to_border(drawn_lines) -> None:
    hits = 0
    for w, b, found in drawn_lines:
        foot = -b * w / (w @ w)
        along = foot + np.linspace(-40, 40, 20001)[:, None] * np.array([-w[1], w[0]])
        inside = along[in_box(along)]
        assert (found["ends"] is not None) == (len(inside) > 0)
        if found["ends"] is None:
            continue
        hits += 1
        ends = np.array(found["ends"])
        assert_allclose(ends @ w + b, 0, **EXACT)
        assert in_box(ends, 1e-9).all()
        assert not in_box(ends, -1e-9).any()
        step = 80 / 20000 * np.hypot(*w)
        assert np.hypot(*(ends[1] - ends[0])) >= np.hypot(*np.ptp(inside, axis=0)) - 1e-9
        assert np.hypot(*(ends[1] - ends[0])) <= np.hypot(*np.ptp(inside, axis=0)) + 2 * step
    assert 100 < hits < len(LINES)


def test_the_way_to_a_line_outside_leaves_the_box_where_it_is_said(drawn_lines) -> None:
    for w, b, found in drawn_lines:
        if found["ends"] is not None:
            continue
        out = np.array(found["exit"]) - MIDDLE
        assert_allclose(max(abs(out[0]) / 2, abs(out[1]) / 2), 1, **EXACT)
        assert_allclose(out[0] * w[1] - out[1] * w[0], 0, **EXACT)  # it is at right angles
        assert (out @ w) * (MIDDLE @ w + b) < 0, "it leads towards the line"


def test_the_tinted_side_is_where_the_sum_is_positive(drawn_lines) -> None:
    grid = np.stack(np.meshgrid(np.linspace(-1, 3, 201), np.linspace(-2, 2, 201)), axis=-1)
    for w, b, found in drawn_lines:
        corners = np.reshape(found["side"], (-1, 2))
        assert (corners @ w + b >= -1e-9).all()
        x, y = corners.T
        area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
        # a line through the grid splits about 2 · 201 of its cells, each 1 / 200 of a side wide
        assert area / 16 == pytest.approx((grid @ w + b > 0).mean(), abs=2 / 200)


def test_distance_is_the_length_of_the_perpendicular(drawn_lines) -> None:
    for w, b, found in drawn_lines:
        expected = abs(w @ [0.5, 0.25] + b) / np.hypot(*w)
        assert found["distance"] == pytest.approx(expected, abs=1e-9)
