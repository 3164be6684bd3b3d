"""Values as bytes: what comes back is the same to the bit, and damage is never overlooked."""

import hashlib
import io
import json
import re
import struct
import sys
import time
import zipfile
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rectified.activations import ALL, leaky_relu, maxout, relu
from rectified.experiments.sweeps.storage import import_name, imported, pack, unpack
from sweep_samples import Inner, Outer, bits, failing, spectrum


@dataclass(frozen=True)
class Computed:
    given: int
    doubled: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "doubled", self.doubled + 2 * self.given)

    class Within:
        """A class that can be imported though it stands inside another."""


@dataclass
class Changeable:
    given: int


def kept(value: object) -> object:
    return unpack(pack(value=value), "value")


# ---- What comes back ----------------------------------------------------------------------------
NAN_WITH_PAYLOAD = struct.unpack("<d", bytes.fromhex("010000000000f8ff"))[0]
VALUES = [
    *(None, True, False, 0, -7, 2**53, 2**53 + 1, -(2**64), 10**5000),
    *(0.1, -0.0, 5e-324, 1.7976931348623157e308, np.inf, -np.inf, np.nan, NAN_WITH_PAYLOAD),
    *("", "ReLU", "√2 \0 \ud800 \n"),
    *((), (1,), (1, (2.0, (None, "x"))), [1, [2]], range(0), range(9, 1, -2)),
    *({}, {"a": 1, 2: {"b": (3,)}, None: 4, (1, 2): 5}, MappingProxyType({"z": 1, "a": 2})),
    *(np.float64(0.1), np.float32(0.1), np.float16(-0.0), np.longdouble("0.1"), np.int8(-3)),
    *(np.uint64(2**64 - 1), np.bool_(True), np.complex64(1 - 2j), np.str_("ü"), np.str_("")),
    *(np.bytes_(b"a\0b"), np.datetime64("2026-11-21", "D"), np.timedelta64(3, "ms")),
    *(Inner("a", (1, 2.5)), Computed(3), Computed.Within, Inner, float, failing),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert bits(kept(value)) == bits(value)
    assert bits(kept((value, {"k": value}))) == bits((value, {"k": value}))


BASE = np.random.default_rng(0).normal(size=(4, 6, 2))
ARRAYS = [
    *(BASE, BASE[::2, ::-1], BASE.T, np.asfortranarray(BASE), np.broadcast_to(BASE[0], BASE.shape)),
    *(
        np.array(0.1),
        np.empty((0, 3), np.float32),
        np.array([True, False]),
        np.arange(3, dtype=">i2"),
    ),
    *(BASE.astype(">f4"), BASE.astype(np.longdouble), BASE.astype(complex), np.array(["a", "ü€"])),
    *(np.array([b"a\0", b"b"]), np.array(["2026-11-21", "NaT"], "datetime64[s]")),
    np.array([(1, 2.5, "x")], [("n", "i4"), ("x", "f8", ()), ("s", "U3")]),
    np.frombuffer(bytes.fromhex("010000000000f8ff000000000000f07f"), np.float64),  # two NaNs
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype.char}{a.ndim}")
def test_an_array_comes_back_with_its_dtype_and_its_bits(array: np.ndarray) -> None:
    assert bits(kept(array)) == bits(array)


@given(
    hnp.arrays(
        hnp.scalar_dtypes() | hnp.unicode_string_dtypes(), hnp.array_shapes(min_dims=0, min_side=0)
    )
)
@settings(max_examples=40, deadline=None)
def test_any_array_and_its_entries_come_back(array: np.ndarray) -> None:
    assert bits(kept(array)) == bits(array)
    entries = tuple(array.ravel()[:3])
    assert bits(kept(entries)) == bits(entries)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
        max_leaves=20,
    )
)
@settings(max_examples=40, deadline=None)
def test_any_nesting_comes_back(value: object) -> None:
    assert bits(kept(value)) == bits(value)


@pytest.mark.parametrize("f", ALL.values(), ids=ALL.keys())
def test_an_activation_of_the_table_comes_back_as_itself(f: object) -> None:
    assert kept(f) is f


def test_a_member_of_a_family_comes_back_with_its_parameters() -> None:
    for f in (leaky_relu(slope=1 / 3), maxout(pieces=5)):
        again = kept(f)
        assert again.name == f.name
        assert bits(dict(again.parameters)) == bits(dict(f.parameters))


def test_a_result_of_everything_comes_back() -> None:
    result = spectrum(width=6, seed=3, f=leaky_relu(slope=0.1))
    assert isinstance(kept(result), Outer)
    assert bits(kept(result)) == bits(result)


def test_post_init_does_not_run_again() -> None:
    once = replace(Computed(3))
    object.__setattr__(once, "doubled", 5)
    assert kept(once).doubled == 5


# ---- The bytes ----------------------------------------------------------------------------------
def test_equal_values_are_equal_bytes_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"a": BASE, "f": relu, "x": (0.1, np.float32(2))}
    raw = pack(value=value)
    monkeypatch.setattr(time, "time", lambda: 2e9)  # a zip can hold times
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    assert pack(value={"a": BASE.copy(), "f": relu, "x": (0.1, np.float32(2))}) == raw


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, True), (0.0, -0.0), ((1,), [1]), ({}, ()), (1.0, np.float64(1)), ("1", 1)],
)
def test_values_of_other_types_are_other_bytes(one: object, other: object) -> None:
    assert pack(value=one) != pack(value=other)


def test_numpy_opens_a_file_without_pickle() -> None:
    raw = pack(settings={"width": 3}, result=BASE)
    with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
        assert set(archive) == {"settings", "result", "0"}
        assert archive["0"].tobytes() == BASE.tobytes()
        assert json.loads(archive["settings"].tobytes()) == {"dict": [["width", 3]]}


def test_members_are_read_one_by_one() -> None:
    raw = pack(first=1, second=BASE)
    assert unpack(raw, "first") == 1
    assert bits(unpack(raw, "second")) == bits(BASE)
    with pytest.raises(ValueError, match=r"its 'third' cannot be read: KeyError"):
        unpack(raw, "third")


# ---- Damage -------------------------------------------------------------------------------------
def test_every_flipped_bit_is_found() -> None:
    raw = pack(value={"a": np.arange(3.0), "b": "text"})
    for place in range(len(raw)):
        wrong = bytearray(raw)
        wrong[place] ^= 1 << place % 8
        with pytest.raises(ValueError, match="checksum"):
            unpack(bytes(wrong), "value")


def test_every_truncation_and_every_addition_is_found() -> None:
    raw = pack(value=np.arange(3.0))
    for length in range(len(raw)):
        with pytest.raises(ValueError, match="checksum"):
            unpack(raw[:length], "value")
    for wrong in (raw + b"\0", b"\0" + raw, raw + raw):
        with pytest.raises(ValueError, match="checksum"):
            unpack(wrong, "value")


def sealed(body: bytes) -> bytes:
    """Return bytes with a right checksum, whoever wrote them."""
    return body + hashlib.sha256(body).hexdigest().encode()


def sealed_tree(tree: object) -> bytes:
    archive = io.BytesIO()
    np.savez(archive, value=np.frombuffer(json.dumps(tree).encode(), np.uint8))
    return sealed(archive.getvalue()[:-2] + b"\x40\0")


@pytest.mark.parametrize(
    "tree",
    [
        {"import": "antigravity:geohash"},
        {"import": "rectified.nowhere:f"},
        {"import": "rectified.activations:nothing"},
        {"dataclass": {"dict": [["", "builtins:dict"], ["a", 1]]}},
        {"dataclass": {"dict": [["", "sweep_samples:Inner"], ["label", "a"]]}},
        {"dataclass": {"dict": [["label", "a"]]}},
        {"activation": ["eval", {"dict": [["source", "1"]]}]},
        {"array": 0},
        {"unknown": 1},
        {"int": "1", "float": "2"},
    ],
)
def test_trees_that_are_not_ours_are_damage_and_import_nothing(tree: object) -> None:
    with pytest.raises(ValueError, match="its 'value' cannot be read"):
        unpack(sealed_tree(tree), "value")
    assert "antigravity" not in sys.modules


def test_pickles_are_never_read() -> None:
    archive = io.BytesIO()
    np.savez(archive, value=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        unpack(sealed(archive.getvalue()[:-2] + b"\x40\0"), "value")


def test_bytes_that_are_no_archive_are_damage() -> None:
    with pytest.raises(ValueError, match="its 'value' cannot be read"):
        unpack(sealed(b"nothing of ours"), "value")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("value", "[]")
    with pytest.raises(ValueError, match="its 'value' cannot be read"):
        unpack(sealed(archive.getvalue()[:-2] + b"\x40\0"), "value")


# ---- What cannot be kept ------------------------------------------------------------------------
class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        np.random.default_rng(0),
        object(),
        1 + 2j,
        b"bytes",
        {1, 2},
        Text("a subclass"),
        np.array([None]),
        np.array([(1, 2.0)], [("n", "i4"), ("x", "f8")])[0],
        np.ma.masked_array([1.0]),
        Changeable(1),
        iter(()),
        np.exp,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_kept_is_named_with_its_place(value: object) -> None:
    kind = re.escape(type(value).__name__)
    with pytest.raises(TypeError, match=rf"^value cannot be kept in a file: .* got {kind}$"):
        pack(value=value)
    with pytest.raises(TypeError, match=r"^result\['curves'\]\[1\]\['parts'\]\[0\] cannot be kept"):
        pack(result={"curves": (1, {"parts": (value,)})})


def test_a_field_that_cannot_be_kept_is_named() -> None:
    with pytest.raises(TypeError, match=r"^result\['parts'\]\[1\] cannot be kept .* got Generator"):
        pack(result=Inner("a", (1, np.random.default_rng(0))))


def test_what_cannot_be_imported_is_refused() -> None:
    @dataclass(frozen=True)
    class Local:
        given: int

    for value in (Local(1), Local, lambda z: z):
        with pytest.raises(
            TypeError, match=r"<locals>.* cannot be imported: it must stand by that"
        ):
            pack(value=value)


def test_an_activation_of_ones_own_is_refused() -> None:
    with pytest.raises(TypeError, match=r"cannot be pickled or kept in a file"):
        pack(value=replace(relu, name="mine"))


def test_a_name_is_how_the_very_same_thing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert import_name(failing) == "sweep_samples:failing"
    assert imported("test_storage:Computed.Within") is Computed.Within
    monkeypatch.setattr("sweep_samples.failing", spectrum)
    with pytest.raises(TypeError, match="sweep_samples:failing cannot be imported"):
        import_name(failing)
    with pytest.raises(LookupError, match=r"rectified\.nowhere:f cannot be imported: No module"):
        imported("rectified.nowhere:f")
