"""Addresses and states that nobody meant, made by chance from good ones: the same at every run."""

import json
import math
import random
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

Schema = Mapping[str, Mapping[str, Any]]
JUNK = "junk " * 20_000  # 100 kB
PLACE_OF_NAN = "\x00NaN"  # JSON has none
TEXTS = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e308", "9" * 400, "-0", "0x10", "1_0"),
    *("１２", "", " ", "+5", "--5", "1e", "1e5e5", ".5", "5.", "5 ", "\n5", "5\x00", "1,5", "01"),
    *("null", "undefined", "true ", "TRUE", "[object Object]", "[]", "{}", '""', "🙂", "\u202e"),
    *("__proto__", "constructor", "toString", "hasOwnProperty", "<script>alert(1)</script>"),
    *(";", ",", ";;;", ",,,", "1;2", "1,2;3", "javascript:alert(1)", "'; DROP TABLE labs", JUNK),
)
RAW = ("%E0%A4%A", "%", "%zz", "%00", "%u0041", "%C0%80", "%FF", "&&", "=", "?", "#", "+", "%2526")
NAMES = (
    *("__proto__", "constructor", "prototype", "constructor.prototype", "hasOwnProperty", "Depth"),
    *("toString", "_schema", "_words", "", " ", "🙂", "nobody", "x" * 5000),
)
VALUES = (
    *(None, True, False, 0, -0.0, 1, -1, 2, 0.5, 1e-300, 1e308, 2**53, 10**400, math.nan, math.inf),
    *(-math.inf, "", "0", "1", "true", "NaN", "🙂", "constructor", [], [[]], [[], []], {}, [0]),
    *([None], ["1"], {"length": 2}, {"0": 1}, [[0, 0]], [[0, 0, 0]], [[0] * 9] * 9, [[[[]]]], JUNK),
)


def text_of(value: Any) -> str:
    """Write a value as it stands in an address."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(",".join(map(text_of, row)) for row in value)
    return str(value)


def query(state: Mapping[str, Any]) -> str:
    """Write a state as the query of an address."""
    return urlencode({name: text_of(value) for name, value in state.items()})


def sent(value: Any) -> str:
    """Write any value as JSON that a browser reads, with a word of ours for NaN."""
    return json.dumps(_without_nan(value)).replace("Infinity", "1e999")


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return PLACE_OF_NAN if isinstance(value, float) and math.isnan(value) else value


def fitting(entry: Mapping[str, Any], rng: random.Random) -> Any:
    """Return a value that an entry can have."""
    match entry["kind"]:
        case "switch":
            return rng.random() < 0.5
        case "choice":
            return rng.choice(entry["options"])[0]
        case "whole":
            return rng.randint(entry["low"], entry["high"])
        case "rows":
            count = rng.randint(entry["least"], entry["most"])
            return [[fitting(column, rng) for column in entry["columns"]] for _ in range(count)]
        case _:
            return rng.uniform(entry["low"], entry["high"])


def fitting_state(schema: Schema, rng: random.Random) -> dict[str, Any]:
    """Return a state with some entries that differ from the start, at least one."""
    names = rng.sample(list(schema), rng.randint(1, len(schema)))
    return {name: fitting(schema[name], rng) for name in names}


def _cut(rng: random.Random, schema: Schema, state: dict[str, Any]) -> str:
    whole = query(state)
    return whole[: rng.randrange(len(whole))]


def _doubled(rng: random.Random, schema: Schema, state: dict[str, Any]) -> str:
    return query(state) + rng.choice(["&", "?", "#", "", ";", "%26"]) + query(state)


def _with_stranger(rng: random.Random, schema: Schema, state: dict[str, Any]) -> str:
    return query({**state, rng.choice(NAMES): rng.choice([1, True, "relu", rng.choice(TEXTS)])})


def _with_odd_text(rng: random.Random, schema: Schema, state: dict[str, Any]) -> str:
    return query({**state, rng.choice(list(schema)): rng.choice(TEXTS)})


def _with_raw(rng: random.Random, schema: Schema, state: dict[str, Any]) -> str:
    whole = query(state)
    place = rng.randint(0, len(whole))
    return whole[:place] + rng.choice(RAW) + whole[place:]


def _with_one_sign_changed(rng: random.Random, schema: Schema, state: dict[str, Any]) -> str:
    whole = query(state)
    place = rng.randrange(len(whole))
    return whole[:place] + rng.choice("&=;,.-+e09xX%?#é/ ") + whole[place + 1 :]


def _beyond(rng: random.Random, schema: Schema, state: dict[str, Any]) -> str:
    name = rng.choice(list(schema))
    entry = schema[name]
    if entry["kind"] == "rows":  # one too many, or one that is too short
        row = [fitting(column, rng) for column in entry["columns"]]
        rows = rng.choice([[row] * (entry["most"] + 1), [row[:-1]], [[*row, 0]], [row, []]])
        return query({**state, name: rows})
    bound = rng.choice([entry.get("low", 0) - 1, entry.get("high", 0) + 1e-9])
    return query({**state, name: bound})


def _junk(rng: random.Random, schema: Schema, state: dict[str, Any]) -> str:
    signs = [chr(rng.choice([*range(33, 127), 0xE9, 0x1F642, 0x202E])) for _ in range(60)]
    return quote("".join(signs), safe="%&=?#")


WAYS = (
    *(_cut, _doubled, _with_stranger, _with_odd_text, _with_raw, _with_one_sign_changed),
    *(_beyond, _junk),
)


def queries(schema: Schema, count: int) -> Iterator[str]:
    """Yield mangled queries, each way of mangling in its turn; a few are good by chance."""
    rng = random.Random(5)
    for index in range(count):
        yield WAYS[index % len(WAYS)](rng, schema, fitting_state(schema, rng))


def values(entry: Mapping[str, Any], count: int) -> Iterator[Any]:
    """Yield values for an entry: odd ones, good ones, and rows with something odd in them."""
    rng = random.Random(7)
    yield from VALUES
    for _ in range(count):
        value = fitting(entry, rng)
        if isinstance(value, list) and value and rng.random() < 0.8:
            row = rng.choice(value)
            row[rng.randrange(len(row))] = rng.choice(VALUES)
        yield value


def states(schema: Schema, count: int) -> Iterator[dict[str, Any]]:
    """Yield whole states in which entries are odd or missing; a few are good by chance."""
    rng = random.Random(11)
    for _ in range(count):
        state = {name: fitting(entry, rng) for name, entry in schema.items()}
        for name in rng.sample(list(schema), rng.randint(1, min(2, len(schema)))):
            if rng.random() < 0.2:
                del state[name]
            else:
                state[name] = rng.choice(VALUES)
        yield state
