"""The state of a lab: Python and the page take the same values, and read the same addresses."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import mangled
from lab_pages import LABS, each_lab
from labs_node import run
from rectified.labs import Lab
from rectified.labs.controls import Choice, Control, Number, Rows, StateError, Switch, Whole

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")


def asked(*tasks: Mapping[str, Any]) -> list[Any]:
    """Return what `state.mjs` answers to tasks, in one process."""
    return run("state.mjs", tasks)


def controls(make: type[Lab]) -> dict[str, Control]:
    """Return the entries of a lab's state, by name."""
    return {name: make.class_traits()[name] for name in make.schema()}


# ---- Python's own reading of an address, from the rules alone
def read(control: Control, text: str) -> Any:
    """Return the value that a text stands for; None for what stands for none."""
    match control:
        case Switch():
            return {"true": True, "false": False}.get(text)
        case Choice():
            return text
        case Rows():
            rows = [row.split(",") for row in text.split(";")] if text else []
            return [
                [read(*pair) for pair in zip(control.columns, row, strict=False)]
                + [None] * (len(row) - len(control.columns))
                for row in rows
            ]
    return float(text) if NUMBER.fullmatch(text) else None


def meant(make: type[Lab], query: str) -> dict[str, Any] | None:
    """Return the state that a query stands for; None where any of it is mangled."""
    entries = controls(make)
    state = {name: entry["initial"] for name, entry in make.schema().items()}
    pairs = parse_qsl(query, keep_blank_values=True)
    if len(dict(pairs)) < len(pairs):
        return None
    for name, text in pairs:
        if name not in entries:
            return None
        state[name] = read(entries[name], text)
        if not entries[name].takes(state[name], **entries[name].facts):
            return None
    return state


# ---- values
SAMPLES = {  # a control, values that it takes, values that it does not
    "number": (
        Number(0.5, label="x", low=-1, high=2, step=0.1),
        [-1, 2, 0.5, 1, -0.0, 5e-324],
        [-1.001, 2.001, 1e308, 10**400, float("nan"), float("inf"), "1", "", None, True, [1], {}],
    ),
    "whole": (
        Whole(5, label="x", low=1, high=50),
        [1, 50, 7, 7.0],
        [0, 51, 7.5, 10**400, float("nan"), float("-inf"), "7", None, False, [7], {}],
    ),
    "choice": (
        Choice("he", label="x", options={"he": "He", "xavier": "Xavier"}),
        ["he", "xavier"],
        ["He", "", "constructor", "__proto__", 0, None, True, ["he"], {"he": "He"}],
    ),
    "switch": (Switch(True, label="x"), [True, False], [0, 1, "true", "", None, [True], {}]),
    "rows": (
        Rows(
            [[0.5, "left"]],
            label="x",
            columns=(
                Number(0, label="place", low=-1, high=1, step=0.1),
                Choice("left", label="side", options={"left": "left", "right": "right"}),
            ),
            least=1,
            most=2,
        ),
        [[[0, "left"]], [[-1, "left"], [1.0, "right"]]],
        [
            *([], [[]], [[0]], [[0, "left", 0]], [["left", 0]], [[0, "left"]] * 3, [0, "left"]),
            *([[2, "left"]], [[None, "left"]], [[0, "left"], []], [{"0": 0, "1": "left"}]),
            *({"0": [0, "left"], "length": 1}, "", "left", None, 1, [[0, ["left"]]]),
        ],
    ),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_python_and_the_page_take_the_same_values(kind: str) -> None:
    control, good, bad = SAMPLES[kind]
    assert all(control.takes(value, **control.facts) for value in good)
    assert not any(control.takes(value, **control.facts) for value in bad)
    texts = [mangled.sent(value) for value in [*good, *bad]]
    (found,) = asked({"task": "fits", "entry": control.described, "values": texts})
    assert found == [True] * len(good) + [False] * len(bad)


@each_lab
def test_every_entry_takes_the_same_values_in_python_and_in_the_page(slug: str) -> None:
    entries = controls(LABS[slug])
    tried = {name: list(mangled.values(entry.described, 60)) for name, entry in entries.items()}
    answers = asked(
        *(
            {"task": "fits", "entry": entry.described, "values": map_sent(tried[name])}
            for name, entry in entries.items()
        )
    )
    for (name, entry), found in zip(entries.items(), answers, strict=True):
        expected = [entry.takes(value, **entry.facts) for value in tried[name]]
        assert found == expected, name
        assert {True, False} == set(found), name


def map_sent(values: Sequence[Any]) -> list[str]:
    """Write values for the page."""
    return [mangled.sent(value) for value in values]


@each_lab
def test_python_refuses_what_does_not_fit_with_the_name_of_the_entry(slug: str) -> None:
    make = LABS[slug]
    for name in make.schema():
        for bad in (None, "nobody", 10**400, [[None]]):
            with pytest.raises(StateError, match=rf"^{name} must be "):
                setattr(make(), name, bad)
    with pytest.raises(TypeError, match="has no nobody, only"):
        make(nobody=1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Number(3, label="x", low=-1, high=2, step=0.1),
        lambda: Whole(1.5, label="x", low=1, high=2),
        lambda: Choice("He", label="x", options={"he": "He"}),
        lambda: Switch("on", label="x"),
        lambda: Rows([[1]], label="x", columns=[Switch(True, label="y")], least=1, most=1),
    ],
)
def test_a_start_that_does_not_fit_is_refused(make: Callable[[], Control]) -> None:
    with pytest.raises(StateError, match=r"^initial must be "):
        make()


@each_lab
def test_two_labs_share_nothing(slug: str) -> None:
    one, other = LABS[slug](), LABS[slug]()
    for name, entry in controls(LABS[slug]).items():
        if isinstance(entry, Rows):
            getattr(one, name).append("mine")
            assert "mine" not in getattr(other, name)
            assert "mine" not in LABS[slug]().state[name]
    assert other.state == {name: entry["initial"] for name, entry in other.schema().items()}


@each_lab
def test_tries_lead_to_states_that_fit(slug: str) -> None:
    make = LABS[slug]
    assert len(make.tries) == 3
    for item in make.tries:
        assert item.state
        assert make(**item.state).state == make().state | dict(item.state)


# ---- sliders
def test_sliders_reach_their_ends_and_each_step_leads_back_to_itself() -> None:
    described = [
        (make.__name__, name, entry.described)
        for make in LABS.values()
        for name, entry in controls(make).items()
        if isinstance(entry, Number | Whole)
    ]
    answers = asked(*({"task": "slider", "entry": entry} for _, _, entry in described))
    for (make, name, entry), found in zip(described, answers, strict=True):
        steps, back = found["values"], found["back"]
        assert [steps[0], steps[-1]] == [entry["low"], entry["high"]], (make, name)
        assert back == list(range(len(steps))), (make, name)
        assert steps == sorted(set(steps)), (make, name)
        if entry["kind"] == "whole":
            assert all(value == int(value) for value in steps), (make, name)


@each_lab
def test_the_start_lies_on_a_step_of_its_linear_slider(slug: str) -> None:
    entries = {
        name: entry.described
        for name, entry in controls(LABS[slug]).items()
        if isinstance(entry, Number | Whole) and entry.facts["scale"] == "linear"
    }
    answers = asked(*({"task": "slider", "entry": entry} for entry in entries.values()))
    for (name, entry), found in zip(entries.items(), answers, strict=True):
        assert entry["initial"] in found["values"], name


# ---- addresses
def values(control: Control) -> st.SearchStrategy:
    """Draw values that a control takes, its ends and the smallest steps among them."""
    facts = control.facts
    match control:
        case Number():
            return st.floats(facts["low"], facts["high"])
        case Whole():
            return st.integers(facts["low"], facts["high"])
        case Choice():
            return st.sampled_from([name for name, _ in facts["options"]])
        case Switch():
            return st.booleans()
    rows = st.tuples(*map(values, control.columns)).map(list)
    return st.lists(rows, min_size=facts["least"], max_size=facts["most"])


@each_lab
def test_a_state_comes_back_from_its_address(slug: str) -> None:
    make = LABS[slug]
    schema = make.schema()
    state = st.fixed_dictionaries({name: values(entry) for name, entry in controls(make).items()})

    # many states a process; no shrinking, which would start a process for each attempt
    @settings(max_examples=4, derandomize=True, deadline=None, phases=[Phase.generate])
    @given(st.lists(state, min_size=5, max_size=60))
    def check(states: list[dict[str, Any]]) -> None:
        task = {"task": "trips", "schema": schema, "states": list(map(json.dumps, states))}
        (trips,) = asked(task)
        assert [json.loads(back) for _, back in trips] == states
        assert [meant(make, query) for query, _ in trips] == states

    check()


@each_lab
def test_an_address_holds_only_what_differs_from_the_start(slug: str) -> None:
    make = LABS[slug]
    start = make().state
    states = [start, *(start | dict(item.state) for item in make.tries)]
    texts = list(map(json.dumps, states))
    (trips,) = asked({"task": "trips", "schema": make.schema(), "states": texts})
    assert trips[0][0] == ""
    for (query, _), state in zip(trips, states, strict=True):
        changed = {name for name, value in state.items() if value != start[name]}
        assert {name for name, _ in parse_qsl(query, keep_blank_values=True)} == changed


def check_mangled(make: type[Lab], count: int) -> int:
    """Hold the page's reading of mangled addresses against ours; return how many had no meaning."""
    queries = list(mangled.queries(make.schema(), count))
    task = {"task": "states", "schema": make.schema(), "queries": list(map(json.dumps, queries))}
    (found,) = asked(task)
    expected = [meant(make, query) for query in queries]
    for query, one, other in zip(queries, map(json.loads, found), expected, strict=True):
        assert one == other, unquote(query)[:200]
    return expected.count(None)


@each_lab
def test_mangled_addresses_mean_nothing(slug: str) -> None:
    assert check_mangled(LABS[slug], 320) >= 200


@pytest.mark.audit
@each_lab
def test_thousands_of_mangled_addresses_mean_nothing(slug: str) -> None:
    found = check_mangled(LABS[slug], 2800)
    print(f"{slug}: {found} addresses of 2800 are mangled, and give the state at the start")
    assert found >= 2000
