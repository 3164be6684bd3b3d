"""Values as bytes: exact to the bit and the dtype, without pickle, the same for the same values.

The bytes are an .npz archive, which `np.load` opens. A member is JSON that says what its value is
made of; each array is an entry of its own, by number. The archive's comment, the last 64 bytes, is
the SHA-256 of all bytes before it.

What can be kept: None, bool, int, float (infinities and NaN too), str, tuple, list, range, dict and
its read-only view, NumPy's arrays and scalars, activations, frozen dataclasses, functions and
classes that can be imported by name, and what is made of these. Subclasses cannot.
"""

import hashlib
import io
import json
import math
import struct
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import import_module
from operator import attrgetter
from types import FunctionType, MappingProxyType, NoneType

import numpy as np

from rectified.activations.names import Entry, named, recipe

SEAL = 64  # hexadecimal digits of SHA-256
EXACT = 2**53  # integers up to here are safe in every reader of JSON
CLASS = ""  # no field has this name
SCALARS = np.number | np.bool_ | np.character | np.datetime64


def pack(**members: object) -> bytes:
    """Return the members as bytes. Raises TypeError, naming the place, for what cannot be kept."""
    arrays: list[np.ndarray] = []
    trees = {name: json.dumps(encode(value, name, arrays)) for name, value in members.items()}
    entries = {name: np.frombuffer(tree.encode(), np.uint8) for name, tree in trees.items()}
    archive = io.BytesIO()
    np.savez(archive, **entries, **{str(n): array for n, array in enumerate(arrays)})
    body = archive.getvalue()[:-2] + SEAL.to_bytes(2, "little")  # a zip ends with this length
    return body + hashlib.sha256(body).hexdigest().encode()


def unpack(raw: bytes, member: str) -> object:
    """Return one member of packed bytes. Raises ValueError, saying why, if they are damaged."""
    body, seal = raw[:-SEAL], raw[-SEAL:]
    if hashlib.sha256(body).hexdigest().encode() != seal:
        raise ValueError("its checksum does not fit")
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            return decode(json.loads(archive[member].tobytes()), archive)
    except Exception as error:  # an archive that is not ours can go wrong in any way
        raise ValueError(f"its {member!r} cannot be read: {error!r}") from error


def encode(value: object, where: str, arrays: list[np.ndarray]) -> object:
    """Return what JSON can hold of a value; arrays go onto the list."""
    kind = type(value)
    if kind in (NoneType, bool, str):
        return value
    if (kind is int and abs(value) <= EXACT) or (kind is float and math.isfinite(value)):
        return value
    if kind is tuple:
        return [encode(part, f"{where}[{n}]", arrays) for n, part in enumerate(value)]
    if kind is dict:
        pairs = [(key, f"{where}[{key!r}]") for key in value]
        items = [[encode(k, at, arrays), encode(value[k], at, arrays)] for k, at in pairs]
        return {"dict": items}
    if kind is np.ndarray and not value.dtype.hasobject:
        arrays.append(value)
        return {"array": len(arrays) - 1}
    tag = _tag(value)
    if tag is None:
        raise TypeError(
            f"{where} cannot be kept in a file: it must be made of numbers, text, tuples, "
            f"mappings, arrays of numbers, activations and frozen dataclasses, got {kind.__name__}"
        )
    return {tag: encode(KINDS[tag][0](value), where, arrays)}


def decode(tree: object, arrays: np.lib.npyio.NpzFile) -> object:
    """Return the value that `encode` made the tree of."""
    if isinstance(tree, list):
        return tuple(decode(part, arrays) for part in tree)
    if not isinstance(tree, dict):
        return tree
    ((tag, content),) = tree.items()
    if tag == "array":
        return arrays[str(content)]
    if tag == "dict":
        return {decode(key, arrays): decode(part, arrays) for key, part in content}
    return KINDS[tag][1](decode(content, arrays))


def _tag(value: object) -> str | None:
    """Return the kind of a value that is kept by way of a simpler one."""
    kind = type(value)
    if kind in (int, float, list, range, MappingProxyType):
        return kind.__name__
    if isinstance(value, Entry):
        return "activation"
    if isinstance(value, SCALARS):
        return "scalar"
    if isinstance(value, FunctionType | type):
        return "import"
    if is_dataclass(value) and kind.__dataclass_params__.frozen:
        return "dataclass"
    return None


def import_name(thing: FunctionType | type) -> str:
    """Return "module:name". Raises TypeError unless that is how to import this very thing."""
    name = f"{thing.__module__}:{thing.__qualname__}"
    try:
        found = imported(name)
    except LookupError:
        found = None
    if found is not thing:
        raise TypeError(f"{name} cannot be imported: it must stand by that name in its module")
    return name


def imported(name: str) -> object:
    """Return what "module:name" names. Raises LookupError if there is none."""
    module, _, path = name.partition(":")
    try:
        return attrgetter(path)(import_module(module))
    except (ImportError, AttributeError) as error:
        raise LookupError(f"{name} cannot be imported: {error}") from error


def _known(name: str) -> object:
    """Return what "module:name" names; LookupError if a file names a package not in use here."""
    if name.partition(":")[0].partition(".")[0] not in sys.modules:
        raise LookupError(f"{name} belongs to a package that nothing here has imported")
    return imported(name)


def _fields(value: object) -> dict[str, object]:
    """Return what makes a dataclass: its class and its fields."""
    parts = {field.name: getattr(value, field.name) for field in fields(value)}
    return {CLASS: import_name(type(value)), **parts}


def _with_fields(parts: dict[str, object]) -> object:
    """Return the dataclass of these fields, as it was: its __post_init__ has run already."""
    kind = _known(parts.pop(CLASS))
    names = {field.name for field in fields(kind)}
    if names != set(parts):
        raise ValueError(f"{kind.__name__} has the fields {sorted(names)}, not {sorted(parts)}")
    value = object.__new__(kind)
    for name, part in parts.items():
        object.__setattr__(value, name, part)
    return value


# tag -> the simpler value that is kept in its place, and the way back
KINDS: dict[str, tuple[Callable, Callable]] = {
    "int": (hex, lambda digits: int(digits, 16)),
    "float": (  # not a number has a sign and a payload
        lambda value: struct.pack(">d", value).hex(),
        lambda digits: struct.unpack(">d", bytes.fromhex(digits))[0],
    ),
    "list": (tuple, list),
    "range": (lambda value: (value.start, value.stop, value.step), lambda ends: range(*ends)),
    "mappingproxy": (dict, MappingProxyType),
    "scalar": (
        lambda value: (value.dtype.str, value.tobytes().hex()),
        lambda kept: np.ndarray((), kept[0], bytes.fromhex(kept[1]))[()],
    ),
    "activation": (recipe, lambda kept: named(*kept)),
    "import": (import_name, _known),
    "dataclass": (_fields, _with_fields),
}
