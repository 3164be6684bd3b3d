"""Values on the wire, and calls over it: what goes comes back the same, and nothing else passes."""

import io
import json
import math
import os
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rectified.activations import leaky_relu, relu
from rectified.homework.calls import Gone, Peer
from rectified.homework.wire import (
    LARGEST_BODY,
    LARGEST_HEAD,
    LENGTHS,
    Decoder,
    Encoder,
    WireError,
    receive,
    send,
)

VALUES = [
    *(None, True, False, 0, -(10**900), 1.5, -0.0, math.inf, 5e-324, 1 + 2j, "", "é\0\ud7ff"),
    *([], [1, [2.0, "x"]], (1,), {1, 2}, frozenset({3}), {"a": 1, 2: (3,), (4, 5): None}),
]
ARRAYS = [
    np.array([]),
    np.array(3.5),
    np.arange(6.0).reshape(2, 3).T,
    np.arange(10)[::-2],
    np.array([True, False]),
    np.array([1 + 1j], np.complex64),
    np.array([-0.0, np.nan, np.inf, 5e-324]),
    np.zeros((0, 3), np.float32),
    np.arange(3, dtype=">i4"),
    np.longdouble([1.5]),
]


def there(value: Any) -> Any:
    """Return what comes out at the other end."""
    encoder = Encoder()
    code = json.loads(json.dumps(encoder.encode(value)))
    return Decoder(bytes(encoder.body)).decode(code)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_plain_values_come_back_the_same(value: Any) -> None:
    back = there(value)
    assert type(back) is type(value)
    assert back == value
    if isinstance(value, float):
        assert math.copysign(1, back) == math.copysign(1, value)


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays_come_back_with_all_their_bits(array: np.ndarray) -> None:
    back = there(array)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)
    np.testing.assert_array_equal(np.signbit(np.real(back)), np.signbit(np.real(array)))


def test_scalars_of_numpy_keep_their_type_and_locks_their_lock() -> None:
    assert type(there(np.float32(0.1))) is np.float32
    assert type(there(np.bool_(True))) is np.bool_
    locked = np.arange(3.0)
    locked.flags.writeable = False
    assert not there(locked).flags.writeable
    assert there(np.arange(3.0)).flags.writeable


def test_what_yields_values_comes_as_a_list() -> None:
    assert there(number**2 for number in range(4)) == [0, 1, 4, 9]
    assert there(range(3)) == [0, 1, 2]
    assert there({"a": 1}.values()) == [1]


class Odd:
    """Claims to be whatever it is compared with, and an array."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return np.zeros(3)


class Text(str):
    """Is a text, and could be more."""


def endless() -> Iterator[int]:
    while True:
        yield 1


def nested(depth: int) -> list:
    found: list = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (Odd(), "of type Odd"),
        (Text("x"), "of type Text"),
        (print, "of type builtin"),
        (np.array([print]), "array of object"),
        (np.array(["x"]), "array of <U1"),
        (np.array(["2020-01-01"], "M8[D]"), "array of datetime64"),
        (np.zeros(2, [("a", float)]), "array of"),
        (endless(), "more than 10000 values"),
        (nested(100), "more than 40 deep"),
        (10**5000, "more than 1000 digits"),
        (np.zeros(LARGEST_BODY // 8 + 1), "more than 8 MiB"),
        ([np.zeros(LARGEST_BODY // 16)] * 3, "more than 8 MiB"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_plain_value_is_not_sent(value: Any, says: str) -> None:
    with pytest.raises(WireError, match=says):
        Encoder().encode(value)


@pytest.mark.parametrize(
    "code",
    [
        *(1, 1.5, [], [1], {}, {"int": 1}, {"int": "1" * 2000}, {"int": "x"}, {"float": "x"}),
        *({"float": 1}, {"complex": ["0x0p0"]}, {"list": 1}, {"dict": [[1, 2, 3]]}, {"eval": "1"}),
        *({"int": "1", "float": "0x0p0"}, {"set": [{"list": []}]}, {"mine": 0}, {"yours": 0}),
        {"dict": [[{"list": []}, None]]},
        {"array": ["<f8", [1], 0, False, False]},  # longer than what came
        {"list": [{"array": ["<i2", [1], 0, False, False]}] * 2},  # the same bytes twice
        {"array": ["<i2,<i2", [1], 0, False, False]},
        {"array": ["<f8", [-1], 0, False, False]},
        {"array": ["<f8", [2**62, 2**62], 0, False, False]},
        {"array": ["<f8", [0, 2**62], 0, False, False]},
        {"array": ["<f8", [0] * 40, 0, False, False]},
        {"array": ["<f8", [0.0], 0, False, False]},
        {"array": ["<f8", [True], 0, False, False]},
        {"array": ["<f8", [0], -8, False, False]},
        {"array": ["|O8", [0], 0, False, False]},
        {"array": ["|V8", [0], 0, False, False]},
        {"array": ["<f3", [0], 0, False, False]},
        {"array": ["<f8", [0], 0, False]},
        {"array": [["<f8"], [0], 0, False, False]},
        {"array": None},
    ],
    ids=lambda code: json.dumps(code)[:40],
)
def test_what_no_encoder_writes_is_refused(code: Any) -> None:
    with pytest.raises(WireError):
        Decoder(b"\0" * 4).decode(code)


def test_nested_too_deep_is_refused() -> None:
    code: Any = None
    for _ in range(100):
        code = {"list": [code]}
    with pytest.raises(WireError, match="more than 40 deep"):
        Decoder(b"").decode(code)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", EOFError),
        (b"\0\0", EOFError),
        (LENGTHS.pack(5, 0) + b"{}", EOFError),
        (LENGTHS.pack(2**32 - 1, 0), WireError),
        (LENGTHS.pack(2, 2**32 - 1) + b"{}", WireError),
        (LENGTHS.pack(2, 0) + b"[]", WireError),
        (LENGTHS.pack(2, 0) + b"\xff\xfe", WireError),
        (LENGTHS.pack(LARGEST_HEAD, 0) + b"[" * LARGEST_HEAD, WireError),
        (LENGTHS.pack(LARGEST_HEAD, 0) + b"1" * LARGEST_HEAD, WireError),
    ],
)
def test_what_is_no_frame_is_refused(raw: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        receive(io.BytesIO(raw))


def test_a_frame_that_is_too_large_is_not_sent() -> None:
    with pytest.raises(WireError, match="too large"):
        send(io.BytesIO(), {"text": "x" * LARGEST_HEAD})


class Both:
    """Two ends that talk: `here`, and one that serves `handlers` in a thread."""

    def __init__(self, **handlers: Any) -> None:
        fds = (*os.pipe(), *os.pipe())  # there, and back
        ends = [os.fdopen(fd, mode) for fd, mode in zip(fds, ("rb", "wb") * 2, strict=True)]
        self.here = Peer(ends[2], ends[1])
        self.there = Peer(ends[0], ends[3], handlers)
        self.ends = ends
        self.thread = threading.Thread(target=self.there.serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.ends[1].close()
        self.thread.join(10)
        for end in (self.ends[0], self.ends[2], self.ends[3]):
            end.close()


@pytest.fixture
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    pair = Both(**request.param)
    yield pair
    pair.close()


def moved(array: np.ndarray) -> float:
    array += 1
    return float(array.sum())


@pytest.mark.parametrize("both", [{"moved": moved}], indirect=True)
def test_an_argument_that_is_changed_there_is_changed_here(both: Both) -> None:
    array = np.arange(6.0).reshape(2, 3)[:, ::2]
    assert both.here.ask("moved", array) == 1 + 3 + 4 + 6
    np.testing.assert_array_equal(array, [[1, 3], [4, 6]])


@pytest.mark.parametrize("both", [{"moved": moved}], indirect=True)
def test_a_locked_argument_stays_as_it_is(both: Both) -> None:
    array = np.arange(3.0)
    array.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        both.here.ask("moved", array)
    np.testing.assert_array_equal(array, [0, 1, 2])


def signs(array: np.ndarray) -> None:
    np.negative(array, out=array, where=array == 0)


@pytest.mark.parametrize("both", [{"signs": signs}], indirect=True)
def test_a_changed_bit_is_a_change_and_nan_is_none(both: Both) -> None:
    zero, nan = np.zeros(1), np.full(1, np.nan)
    both.here.ask("signs", zero)
    assert np.signbit(zero[0])
    both.here.changes.clear()
    both.here.ask("signs", nan)
    assert both.here.changes == []


@pytest.mark.parametrize(
    "both", [{"twice": lambda f, x: f(f(x)), "same": lambda f: f}], indirect=True
)
def test_functions_are_called_where_they_live(both: Both) -> None:
    assert both.here.ask("twice", lambda x: x + 3, 1) == 7
    assert both.here.ask("same", len) is len
    np.testing.assert_array_equal(both.here.ask("twice", relu, np.array([-1.0, 2.0])), [0, 2])
    quarter = leaky_relu(slope=0.5)
    np.testing.assert_array_equal(both.here.ask("twice", quarter, np.array([-4.0])), [-1])
    assert both.here.ask("same", relu) is relu


def stop() -> None:
    raise SystemExit(3)


def fail() -> None:
    raise OddError("x" * 10**6)


class OddError(Exception):
    """An error that Python does not know."""


class SilentError(Exception):
    """An error that cannot be written."""

    def __str__(self) -> str:
        raise RuntimeError


def silent() -> None:
    raise SilentError


def turn(f: Any) -> Any:
    return f(turn)


def again(f: Any) -> Any:
    return f(again)


@pytest.mark.parametrize(
    "both",
    [
        {
            "divide": lambda a, b: a / b,
            "stop": stop,
            "fail": fail,
            "silent": silent,
            "odd": Odd,
            "turn": turn,
        }
    ],
    indirect=True,
)
def test_errors_are_told_as_pythons_own(both: Both) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        both.here.ask("divide", 1, 0)
    assert caught.value.told
    for what, says in (("stop", "SystemExit: 3"), ("fail", "OddError: x"), ("silent", "Silent")):
        with pytest.raises(RuntimeError, match=says) as caught:
            both.here.ask(what)
        assert len(str(caught.value)) < 2200
    with pytest.raises(WireError, match="of type Odd"):
        both.here.ask("odd")
    with pytest.raises(KeyError, match="nobody"):
        both.here.ask("nobody")
    with pytest.raises(WireError, match="nested more than"):
        both.here.ask("turn", again)
    assert both.here.ask("divide", 1, 2) == 0.5  # and the conversation goes on


def replying(*frames: tuple[dict, bytes]) -> Peer:
    """Return an end whose other side says this, whatever it is asked."""
    stream = io.BytesIO()
    for message, body in frames:
        send(stream, message, body)
    stream.seek(0)
    return Peer(stream, io.BytesIO())


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"reply": None},
        {"reply": {"list": [None]}},
        {"reply": {"list": [None, {"list": [{"list": [{"int": "0"}, None]}, None]}]}},
        {"reply": {"list": [None, {"list": [{"list": [{"int": "7"}, None]}]}]}},
        {"reply": {"list": [None, {"list": [{"list": [{"int": "-1"}, None]}]}]}},
        {"reply": {"list": [{"yours": 5}, {"list": []}]}},
        {"reply": {"list": [{"activation": ["os.system", {}]}, {"list": []}]}},
        {"reply": {"list": [{"activation": 1}, {"list": []}]}},
        {"error": 1},
        {"error": ["WireError", "x"]},
    ],
    ids=json.dumps,
)
def test_a_reply_that_is_none_is_an_error(message: dict) -> None:
    with pytest.raises(WireError):
        replying((message, b"")).ask("x", np.zeros(2))


def test_a_reply_names_no_function_from_the_end() -> None:
    there = replying(({"reply": {"list": [{"yours": -1}, {"list": []}]}}, b""))
    with pytest.raises(WireError):
        there.ask("x", print)


def test_a_reply_cannot_change_what_is_locked_here() -> None:
    array = np.zeros(2)
    array.flags.writeable = False
    change = {"list": [{"int": "0"}, {"array": ["<f8", [2], 0, False, False]}]}
    reply = {"reply": {"list": [{"int": "5"}, {"list": [change]}]}}
    assert replying((reply, b"\1" * 16)).ask("x", array) == 5
    np.testing.assert_array_equal(array, [0, 0])


def test_what_changes_there_can_be_kept_from_here() -> None:
    array = np.zeros(2)
    change = {"list": [{"int": "0"}, {"array": ["<f8", [2], 0, False, False]}]}
    there = replying(({"reply": {"list": [None, {"list": [change]}]}}, b"\1" * 16))
    there.keeps_changes = False
    there.ask("x", array)
    np.testing.assert_array_equal(array, [0, 0])
    assert len(there.changes) == 1


def test_a_reply_cannot_change_shape_or_type_of_an_argument() -> None:
    array = np.zeros(2)
    for dtype, shape, size in (("<f8", [1], 8), ("<i8", [2], 16)):
        change = {"list": [{"int": "0"}, {"array": [dtype, shape, 0, False, False]}]}
        reply = {"reply": {"list": [None, {"list": [change]}]}}
        replying((reply, b"\1" * size)).ask("x", array)
    np.testing.assert_array_equal(array, [0, 0])


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "SystemExit", "GeneratorExit", "print", "_"])
def test_no_reply_raises_what_is_no_error(kind: str) -> None:
    with pytest.raises(RuntimeError):
        replying(({"error": [kind, "text"]}, b"")).ask("x")


def test_an_error_is_cut_and_says_whether_the_student_raised_it() -> None:
    with pytest.raises(KeyError) as caught:
        replying(({"error": ["KeyError", "x" * 10_000]}, b"")).ask("x")
    assert caught.value.told
    assert len(caught.value.args[0]) == 2000
    with pytest.raises(WireError) as caught:
        replying(({"error": ["WireError", "is of type Odd"]}, b"")).ask("x")
    assert not caught.value.told


def test_an_error_that_asks_for_more_is_told_as_another() -> None:
    with pytest.raises(RuntimeError, match="UnicodeDecodeError: text"):
        replying(({"error": ["UnicodeDecodeError", "text"]}, b"")).ask("x")


def test_the_end_of_the_other_side_is_noticed() -> None:
    with pytest.raises(Gone):
        replying().ask("x")
    pair = Both()
    pair.close()
    assert not pair.thread.is_alive()
