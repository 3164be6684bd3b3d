"""What platforms give becomes one notebook for each student; what students give stops nothing."""

import io
import json
import os
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectified.homework import entries, reading, submissions
from rectified.homework.owners import owner
from rectified.homework.submissions import Refused, Submission, chapter_of, chosen, collect


def code(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


def notebook(*cells: dict[str, Any], chapter: str = "relu", **more: Any) -> bytes:
    metadata = {"rectified": {"chapter": chapter, "version": "1"}} if chapter else {}
    tree = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(tree | more).encode()


@dataclass(frozen=True)
class Chapter:
    slug: str
    notebook: Mapping[str, Any] = field(default_factory=lambda: {"cells": []})


def chapter(slug: str, *ids: str) -> Chapter:
    return Chapter(slug, {"cells": [{"id": name, "metadata": {}} for name in ("setup", *ids)]})


RELU, BENEFITS = chapter("relu", "larger", "slope"), chapter("benefits", "bend")
PLAIN = notebook(code("x = 1"))


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def laid_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def whose(found: list[Submission | Refused]) -> list[tuple[str, str]]:
    return [(item.student, type(item).__name__) for item in found]


def reasons(found: list[Submission | Refused]) -> list[str]:
    return [item.reason for item in found if isinstance(item, Refused)]


LAYOUTS = {
    "a folder each": {"Anna B/relu.ipynb": {}, "bob/hw/x.ipynb": {}},
    "loose": {"Anna B.ipynb": {}, "bob.ipynb": {}},
    "Moodle, folders": {
        "Anna B_11_assignsubmission_file/relu.ipynb": {"moodle": "11"},
        "bob_12_assignsubmission_file_/x.ipynb": {"moodle": "12"},
    },
    "Moodle, flat": {
        "Anna B_11_assignsubmission_file_relu.ipynb": {"moodle": "11"},
        "bob_12_assignsubmission_file_my_3_4_x.ipynb": {"moodle": "12"},
    },
    "Canvas": {
        "Anna B_11_901_relu.ipynb": {"canvas": "11"},
        "bob_LATE_12_902_my_relu-1.ipynb": {"canvas": "12"},
    },
}
each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


@each_layout
@pytest.mark.parametrize("around", ["", "submissions/"])
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_platforms_names_say_whose_a_notebook_is(
    tmp_path: Path, layout: dict[str, dict[str, str]], around: str, packed: bool
) -> None:
    if around and not any("/" in name or owner(name) for name in layout):
        around = ""  # loose files in a folder: that folder might be a student's
    files = {around + name: PLAIN for name in layout}
    if packed:
        (tmp_path / "all.zip").write_bytes(zipped(files))
        found = collect(tmp_path / "all.zip")
    else:
        found = collect(laid_out(tmp_path, files))
    assert whose(found) == [("Anna B", "Submission"), ("bob", "Submission")]
    assert [dict(item.identifiers) for item in found] == list(layout.values())


def test_archive_of_a_student_is_opened_once(tmp_path: Path) -> None:
    inner = zipped({"hw/relu.ipynb": PLAIN, "__MACOSX/hw/._relu.ipynb": b"", ".git/x.ipynb": b""})
    deep = zipped({"more.zip": inner})
    files = {
        "Anna_1_assignsubmission_file_/all.zip": inner,
        "Bob_2_assignsubmission_file_/all.zip": deep,
    }
    (tmp_path / "moodle.zip").write_bytes(zipped(files))
    found = collect(tmp_path / "moodle.zip")
    assert whose(found) == [("Anna", "Submission"), ("Bob", "Refused")]
    assert found[0].file == "Anna_1_assignsubmission_file_/all.zip/hw/relu.ipynb"


def test_sections_of_a_class_lie_side_by_side(tmp_path: Path) -> None:
    one = {"Anna_1_assignsubmission_file_/relu.ipynb": PLAIN}
    two = {"Bob_2_assignsubmission_file_/relu.ipynb": PLAIN}
    laid_out(tmp_path, {"a.zip": zipped(one), "b.zip": zipped(two), "list.csv": b"names"})
    assert whose(collect(tmp_path)) == [("Anna", "Submission"), ("Bob", "Submission")]


MIXED = ("bob_2_9_relu.ipynb", "mine.ipynb")


def test_student_cannot_hand_in_for_another(tmp_path: Path) -> None:
    forged = {
        "mallory/bob_2_999_relu.ipynb": PLAIN,
        "mallory/bob_2_assignsubmission_file_/relu.ipynb": PLAIN,
        "mallory.zip": zipped({"bob/relu.ipynb": PLAIN, "../bob/relu.ipynb": PLAIN}),
        "bob/relu.ipynb": PLAIN,
    }
    found = collect(laid_out(tmp_path, forged))
    assert [item.file for item in found if item.student == "bob"] == ["bob/relu.ipynb"]
    alone = {"mallory_1_assignsubmission_file_/bob_2_9_relu.ipynb": PLAIN}
    found = collect(laid_out(tmp_path / "alone", alone))
    assert [item.student for item in found] == ["mallory"]
    some = {f"{name}/{file}": PLAIN for name in ("eve", "mallory") for file in MIXED}
    found = collect(laid_out(tmp_path / "some", some))
    assert {item.student for item in found} == {"eve", "mallory"}
    canvas = {
        "mallory_1_5_x_2_9_relu.ipynb": PLAIN,
        "bob_2_4_relu.ipynb": PLAIN,
    }
    found = collect(laid_out(tmp_path / "canvas", canvas))
    assert [item.student for item in found] == ["bob", "mallory"]


def test_newest_of_a_students_files_counts_and_the_rest_is_flagged(tmp_path: Path) -> None:
    canvas = {f"anna_7_{n}_relu-{n}.ipynb": notebook(code(f"x = {n}")) for n in (9, 10)}
    (best,) = chosen(collect(laid_out(tmp_path / "canvas", canvas)), [RELU, BENEFITS])
    assert "x = 10" in best.data.decode()
    assert [(flag.kind, "relu-9" in flag.text) for flag in best.flags] == [("duplicate", True)]
    folder = laid_out(tmp_path / "f", {"bob/relu.ipynb": PLAIN, "bob/relu (1).ipynb": PLAIN + b" "})
    os.utime(folder / "bob/relu.ipynb", (2e9, 2e9))
    os.utime(folder / "bob/relu (1).ipynb", (1e9, 1e9))
    (best,) = chosen(collect(folder), [RELU])
    assert best.file == "bob/relu.ipynb"
    os.utime(folder / "bob/relu.ipynb", (1e9, 1e9))
    (best,) = chosen(collect(folder), [RELU])
    assert best.file == "bob/relu (1).ipynb"  # equally old: the larger
    assert "renamed" not in {flag.kind for flag in best.flags}


def test_two_chapters_of_a_student_are_two_submissions(tmp_path: Path) -> None:
    files = {"anna/relu.ipynb": PLAIN, "anna/benefits.ipynb": notebook(chapter="benefits")}
    found = chosen(collect(laid_out(tmp_path, files)), [RELU, BENEFITS])
    assert [item.chapter for item in found] == ["benefits", "relu"]


def kinds(flags: list[submissions.Flag]) -> list[str]:
    return [flag.kind for flag in flags]


def test_chapter_is_told_by_metadata_then_name_then_ids() -> None:
    def told(data: bytes, name: str = "", chapters: Any = (RELU, BENEFITS)) -> tuple[str, list]:
        slug, flags = chapter_of(reading.read(data)[0], chapters, name)
        return slug, kinds(flags)

    bare = notebook(code("x", id="setup"), chapter="")
    with_ids = notebook(
        code("x", id="setup"), code("y", metadata={"nbgrader": {"grade_id": "slope"}}), chapter=""
    )
    assert told(PLAIN, "relu.ipynb") == ("relu", [])
    assert told(PLAIN, "anna.ipynb") == ("relu", ["renamed"])
    assert told(PLAIN) == ("relu", [])
    for name in ("Benefits.ipynb", "benefits (2).ipynb", "benefits-1.ipynb.txt"):
        assert told(bare, name) == ("benefits", ["no metadata"])
    assert told(with_ids, "homework.ipynb") == ("relu", ["no metadata", "renamed"])
    assert told(bare, "homework.ipynb")[0] == ""
    assert told(bare, "homework.ipynb", [BENEFITS])[0] == "benefits"
    assert told(notebook(chapter="other"), "relu.ipynb") == ("relu", ["no metadata"])


def test_notebook_of_no_chapter_is_refused(tmp_path: Path) -> None:
    files = {"anna/essay.ipynb": notebook(chapter="")}
    found = chosen(collect(laid_out(tmp_path, files)), [RELU, BENEFITS])
    assert reasons(found) == ["It is none of the chapters that are graded."]


def test_student_without_a_notebook_is_refused_by_name(tmp_path: Path) -> None:
    files = {
        "anna_1_2_relu.pdf": b"%PDF",
        "bob_3_4_relu.ipynb": PLAIN,
        "bob_3_5_notes.txt": b"hello",
        "readme.txt": b"for the teacher",
    }
    found = collect(laid_out(tmp_path, files))
    assert whose(found) == [("anna", "Refused"), ("bob", "Submission")]


# ---- damaged, but honest
DAMAGED = {
    "byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "UTF-16": PLAIN.decode().encode("utf-16"),
    "no UTF-8": PLAIN.replace(b"x = 1", b"x = 1 # \xe4"),
    "Windows": PLAIN.replace(b"x = 1", rb"x = 1\r\ny = 2"),
    "source as a list": notebook(code(["x = 1\n", "y = 2"])),
    "key twice": PLAIN.replace(b'"nbformat": 4', b'"nbformat": 3, "nbformat": 4'),
    "version 3": json.dumps(
        {
            "nbformat": 3,
            "worksheets": [
                {
                    "cells": [
                        {"cell_type": "heading", "level": 2, "source": "Title"},
                        {"cell_type": "code", "input": ["x = 1"], "language": "python"},
                    ]
                }
            ],
        }
    ).encode(),
    "no version": json.dumps({"cells": [code("x = 1")]}).encode(),
    "half a character": notebook(code("x = 1 # \ud800")),
    "a cell that is none": notebook(code("x = 1"), 7, None),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("raw", DAMAGED.values(), ids=DAMAGED)
def test_damaged_notebook_is_mended(raw: bytes) -> None:
    tree, flags = reading.read(raw)
    sources = [cell["source"] for cell in tree["cells"] if cell["cell_type"] == "code"]
    assert sources[0].startswith("x = 1")
    assert "\r" not in sources[0]
    assert {flag.kind for flag in flags} <= {"unreadable"}
    json.dumps(tree, ensure_ascii=False).encode()


def test_what_is_mended_is_flagged() -> None:
    silent = {name for name, raw in DAMAGED.items() if not reading.read(raw)[1]}
    assert silent == {"byte order mark", "Windows", "source as a list", "half a character"}


def test_only_what_grading_needs_is_kept() -> None:
    marks = {"grade_id": "a", "grade": True, "points": 3, "checksum": "0", "evil": {"deep": []}}
    cell = code(
        "x",
        outputs=[{"text": "y" * 1000}],
        attachments={"a": "b"},
        metadata={"nbgrader": marks, "id": "colab", "tags": ["t"]},
    )
    tree, _ = reading.read(notebook(cell))
    kept = {"grade_id": "a", "grade": True, "points": 3}
    assert tree["cells"] == [
        {"cell_type": "code", "id": "colab", "source": "x", "metadata": {"nbgrader": kept}}
    ]
    assert tree["metadata"] == {"rectified": {"chapter": "relu", "version": "1"}}


# ---- hostile
NESTED = b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b', "nbformat": 4}'
HOSTILE = {
    "empty": (b"", "damaged"),
    "no JSON": (b"PK\x03\x04", "damaged"),
    "cut off": (PLAIN[:-5], "damaged"),
    "a list": (b"[]", "no notebook"),
    "no cells": (b'{"nbformat": 4}', "no notebook"),
    "cells are text": (b'{"cells": "x", "nbformat": 4}', "no notebook"),
    "nested deeply": (NESTED, "nested too deeply"),
    "a long number": (b'{"cells": [], "x": ' + b"9" * 5000 + b"}", "damaged"),
    "many pieces": (b'{"cells": [' + b"{}," * 600_000 + b"{}]}", "pieces"),
    "many cells": (notebook(*[code("x")] * 1001), "1000 cells"),
    "much source": (notebook(code("x" * 300_001)), "300000 characters"),
}


@pytest.mark.parametrize(("raw", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_notebook_is_refused_with_a_reason(tmp_path: Path, raw: bytes, reason: str) -> None:
    found = collect(laid_out(tmp_path, {"anna/relu.ipynb": raw, "bob/relu.ipynb": PLAIN}))
    assert whose(found) == [("anna", "Refused"), ("bob", "Submission")]
    assert reason in reasons(found)[0]


@pytest.mark.parametrize("value", [1e400, float("nan"), 10**400, "x" * 201, [1], None])
def test_strange_metadata_are_dropped(value: object) -> None:
    cell = code("x", metadata={"nbgrader": {"grade_id": value, "points": value}}, id=value)
    tree, _ = reading.read(notebook(cell))
    assert tree["cells"][0] == {"cell_type": "code", "id": "", "source": "x", "metadata": {}}


def test_notebook_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "anna/relu.ipynb"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(entries.FILE + 1)
    assert reasons(collect(tmp_path)) == ["It is larger than 20 MB."]


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    secret = laid_out(tmp_path / "teacher", {"secret.ipynb": PLAIN})
    folder = laid_out(tmp_path / "in", {"bob/relu.ipynb": PLAIN})
    (folder / "anna").mkdir()
    (folder / "anna/relu.ipynb").symlink_to(secret / "secret.ipynb")
    (folder / "carl").symlink_to(secret)
    os.mkfifo(folder / "anna/pipe.ipynb")
    found = collect(folder)
    assert [item.student for item in found if isinstance(item, Submission)] == ["bob"]
    assert set(reasons(found)) == {"It is a link or no file at all."}


def test_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, {"in/anna.ipynb": PLAIN, "secret": PLAIN})
    (entry,) = entries.listed(folder / "in")
    (folder / "in/anna.ipynb").unlink()
    (folder / "in/anna.ipynb").symlink_to(folder / "secret")
    with pytest.raises(ValueError, match="cannot be read"):
        entry.read()


def member(name: str, mode: int = 0, packing: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.compress_type = mode << 16, packing
    return info


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (member("../up.ipynb"), "leads out"),
        (member("/etc/up.ipynb"), "leads out"),
        (member("a/..\\..\\up.ipynb"), "leads out"),
        (member("C:\\up.ipynb"), "leads out"),
        (member("link.ipynb", stat.S_IFLNK), "a link"),
        (member("device.ipynb", stat.S_IFBLK), "a link"),
        (member("lzma.ipynb", packing=zipfile.ZIP_LZMA), "unusual"),
    ],
    ids=lambda value: getattr(value, "filename", None),
)
def test_member_of_an_archive_is_refused(
    tmp_path: Path, info: zipfile.ZipInfo, reason: str
) -> None:
    with zipfile.ZipFile(tmp_path / "anna.zip", "w") as archive:
        archive.writestr(info, PLAIN)
    laid_out(tmp_path, {"bob.ipynb": PLAIN})
    found = collect(tmp_path)
    assert whose(found) == [("anna", "Refused"), ("bob", "Submission")]
    assert reason in reasons(found)[0]
    assert sorted(os.listdir(tmp_path)) == ["anna.zip", "bob.ipynb"]


def test_bombs_are_refused(tmp_path: Path) -> None:
    zeros = bytes(19_000_000)
    bomb = zipped({"relu.ipynb": zeros})
    many = zipped({f"{n}.ipynb": b"" for n in range(entries.MEMBERS + 1)})
    much = zipped({f"{n}.ipynb": zeros for n in range(6)})
    liar = bytearray(zipped({"relu.ipynb": b"0" * 50_000}))
    place = liar.rindex(b"PK\x01\x02") + 24  # declares fewer bytes than come
    liar[place : place + 4] = (10).to_bytes(4, "little")
    files = {"a.zip": bomb, "b.zip": many, "c.zip": much, "d.zip": bytes(liar), "e.ipynb": PLAIN}
    found = collect(laid_out(tmp_path, files))
    assert whose(found) == [(name, "Refused") for name in "abcd"] + [("e", "Submission")]
    assert ["200 times" in text for text in reasons(found)] == [True, False, False, False]
    assert "2000 files" in reasons(found)[1]
    assert "100 MB" in reasons(found)[2]


def test_encrypted_member_is_refused(tmp_path: Path) -> None:
    raw = bytearray(zipped({"relu.ipynb": PLAIN}))
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    found = collect(laid_out(tmp_path, {"anna.zip": bytes(raw), "bob.ipynb": PLAIN}))
    assert reasons(found) == ["It is encrypted, or packed in an unusual way."]


ARCHIVE = zipped({"hw/relu.ipynb": PLAIN, "hw/x.txt": b"y" * 50})


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), min_size=1))
def test_archive_with_any_bytes_changed_stops_nothing(changes: list[tuple[int, int]]) -> None:
    raw = bytearray(ARCHIVE)
    for place, byte in changes:
        raw[place] = byte
    entry = entries.Entry(("anna.zip",), 0, len(raw), "", lambda: io.BytesIO(raw))
    person = submissions.Owner("anna", {})
    found = list(submissions._opened(person, entry))
    assert found
    assert all(isinstance(item, Submission | Refused) for item in found)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["cells", "metadata", "nbformat", "source", "id", "nbgrader", "rectified"]
                ),
                inner,
            )
        ),
    )
)
def test_any_json_is_read_or_refused(tree: object) -> None:
    raw = json.dumps({"cells": [tree, {"cell_type": "code", "source": tree}], "metadata": tree})
    try:
        clean, _ = reading.read(raw.encode())
    except reading.UnreadableError:
        return
    assert all(set(c) == {"cell_type", "id", "source", "metadata"} for c in clean["cells"])
    json.dumps(clean, ensure_ascii=False, allow_nan=False).encode()


def test_order_is_the_same_whatever_the_file_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = laid_out(tmp_path, {f"{name}/relu.ipynb": PLAIN for name in "cAb"})
    names = [item.file for item in collect(folder)]
    assert names == ["A/relu.ipynb", "b/relu.ipynb", "c/relu.ipynb"]
    walk = os.walk

    def backwards(top: Path) -> Any:
        for place, folders, files in walk(top):
            folders.reverse()
            yield place, folders, files[::-1]

    monkeypatch.setattr(os, "walk", backwards)
    assert [item.file for item in collect(folder)] == names


def test_names_that_are_no_utf_8_are_shown(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/an\xffna"
    os.mkdir(folder)
    with open(folder + b"/relu.ipynb", "wb") as file:
        file.write(PLAIN)
    (found,) = collect(tmp_path)
    assert found.student == "an?na"


def test_what_is_neither_folder_nor_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("x")
    with pytest.raises(ValueError, match=r"source must be a folder or a zip archive.*notes\.txt"):
        collect(path)
