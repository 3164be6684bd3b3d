"""Values between the trusted process and the confined one: bounded, and plain data only.

A frame is two lengths, a head in JSON, and a body of raw array bytes that the head points into.
Nothing in a frame is ever executed: numbers, texts, lists, tuples, dictionaries, sets and arrays
of numbers are all there is. What is not among them cannot be sent, and what claims to be is
checked against its bounds before memory is taken for it.
"""

import json
import math
import re
import struct
from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

import numpy as np

LENGTHS = struct.Struct(">II")
LARGEST_HEAD = 2**20  # bytes; JSON takes up to about twenty times as much once it is read
LARGEST_BODY = 2**23  # bytes of arrays in a frame: a million doubles
LARGEST_TABLE = 1000  # entries of a set or dictionary: of equal hash, twice as many take four times
DEEPEST = 40  # lists within lists
DTYPE = re.compile(r"[<>|][biufc][0-9]{1,2}")
DIGITS = 1000  # of a whole number
LONGEST = 10_000  # values of a generator; an array may have more


class WireError(ValueError):
    """A value that cannot be sent, or a frame that is none."""


@dataclass
class Encoder:
    """Turns values into the JSON of a head, and their arrays into a body."""

    references: Callable[[Any], Any] | None = None  # what stands for a function, if one may go
    body: bytearray = field(default_factory=bytearray)
    arrays: list[np.ndarray] = field(default_factory=list)  # in the order in which they went

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return what stands for a value in JSON; raise WireError for one that cannot go."""
        if depth > DEEPEST:
            raise WireError(f"is nested more than {DEEPEST} deep")
        if value is None or type(value) in (bool, str):
            return value
        if type(value) is int:
            return {"int": _digits(value)}
        if type(value) is float:
            return {"float": value.hex()}
        if type(value) is complex:
            return {"complex": [value.real.hex(), value.imag.hex()]}
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        if type(value) in (set, frozenset, dict) and len(value) > LARGEST_TABLE:
            raise WireError(f"has more than {LARGEST_TABLE} entries")
        if type(value) in (list, tuple, set, frozenset):
            return {type(value).__name__: [self.encode(each, depth + 1) for each in value]}
        if type(value) is dict:
            pairs = [[key, item] for key, item in value.items()]
            return {"dict": [[self.encode(each, depth + 1) for each in pair] for pair in pairs]}
        if isinstance(value, Iterator | range | KeysView | ValuesView | ItemsView):
            first = list(islice(value, LONGEST + 1))
            if len(first) > LONGEST:
                raise WireError(f"yields more than {LONGEST} values")
            return self.encode(first, depth + 1)
        if self.references is not None and callable(value):
            return self.references(value)
        raise WireError(f"is of type {type(value).__name__}; give numbers, texts or NumPy arrays")

    def _array(self, value: np.ndarray | np.generic) -> dict[str, Any]:
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            raise WireError(f"is an array of {array.dtype}; give one of numbers")
        at = len(self.body)
        if at + array.nbytes > LARGEST_BODY:
            raise WireError(f"has more than {LARGEST_BODY >> 20} MiB of numbers")
        self.body += array.tobytes()
        scalar = not isinstance(value, np.ndarray)
        if not scalar:
            self.arrays.append(value)
        locked = not scalar and not value.flags.writeable
        return {"array": [array.dtype.str, list(array.shape), at, scalar, locked]}


def _digits(value: int) -> str:
    if value.bit_length() > 3 * DIGITS:
        raise WireError(f"is a whole number of more than {DIGITS} digits")
    return str(value)


@dataclass
class Decoder:
    """Turns the JSON of a head back into values; keeps the arrays that it made, in order."""

    body: bytes
    references: Callable[[str, Any], Any] | None = None
    arrays: list[np.ndarray] = field(default_factory=list)
    read: int = 0  # bytes of the body

    def decode(self, code: Any, depth: int = 0) -> Any:
        """Return the value; raise WireError for what no encoder would have written."""
        if depth > DEEPEST:
            raise WireError(f"is nested more than {DEEPEST} deep")
        if code is None or type(code) in (bool, str):
            return code
        if type(code) is not dict or len(code) != 1:
            raise WireError("is no value")
        [(kind, content)] = code.items()
        try:
            return self._decoded(kind, content, depth + 1)
        except WireError:
            raise
        except (TypeError, ValueError, LookupError, OverflowError, AttributeError) as error:
            raise WireError(f"is no value: {str(error)[:200]}") from None

    def _decoded(self, kind: str, content: Any, depth: int) -> Any:
        if kind == "int":
            if type(content) is not str or len(content) > DIGITS + 1:
                raise WireError("is no whole number")
            return int(content)
        if kind == "float":
            return float.fromhex(content)
        if kind == "complex":
            real, imaginary = content
            return complex(float.fromhex(real), float.fromhex(imaginary))
        if kind == "array":
            return self._array(*content)
        if kind in ("set", "frozenset", "dict") and len(content) > LARGEST_TABLE:
            raise WireError(f"has more than {LARGEST_TABLE} entries")
        if kind in ("list", "tuple", "set", "frozenset"):
            make = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind]
            return make([self.decode(each, depth) for each in content])
        if kind == "dict":
            return {self.decode(k, depth): self.decode(v, depth) for k, v in content}
        if self.references is not None:
            return self.references(kind, content)
        raise WireError("is no value")

    def _array(self, name: str, shape: list[int], at: int, scalar: bool, locked: bool) -> Any:
        if not DTYPE.fullmatch(name) or len(shape) > 32:
            raise WireError("is no array of numbers")
        dtype = np.dtype(name)
        if any(type(size) is not int or size < 0 for size in [at, *shape]):
            raise WireError("is an array of no possible shape")
        count = math.prod(shape)
        if at != self.read:  # else a frame could ask for the same bytes a thousand times
            raise WireError("is an array out of turn")
        self.read += count * dtype.itemsize
        if self.read > len(self.body):
            raise WireError("is an array that is longer than what came")
        data = np.frombuffer(self.body, dtype, count, at) if count else np.empty(0, dtype)
        array = data.reshape(shape).copy()
        if scalar:
            return array[()]
        array.flags.writeable = not locked
        self.arrays.append(array)
        return array


def send(stream: BinaryIO, message: dict[str, Any], body: bytes = b"") -> None:
    """Write one frame. Raises WireError if it is too large, OSError if nobody reads."""
    head = json.dumps(message).encode()
    if len(head) > LARGEST_HEAD or len(body) > LARGEST_BODY:
        raise WireError("is too large to be sent")
    stream.write(LENGTHS.pack(len(head), len(body)) + head + body)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Read one frame. Raises EOFError at the end, WireError for what is no frame."""
    head_length, body_length = LENGTHS.unpack(_exactly(stream, LENGTHS.size))
    if head_length > LARGEST_HEAD or body_length > LARGEST_BODY:
        raise WireError("is too large")
    head, body = _exactly(stream, head_length), _exactly(stream, body_length)
    try:
        message = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise WireError(f"is no JSON: {str(error)[:200]}") from None
    if type(message) is not dict:
        raise WireError("is no message")
    return message, body


def _exactly(stream: BinaryIO, count: int) -> bytes:
    """Read so many bytes."""
    data = stream.read(count)
    if data is None or len(data) < count:
        raise EOFError("the other side is gone")
    return data
