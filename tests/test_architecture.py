"""The shape of the code: rooms import one way, modules stay short, tests assert."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import notebook_rules

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "code/rectified"
ROOMS = (  # each imports from those before it only
    "display",
    "activations",
    "moments",
    "initializers",
    "networks",
    "data",
    "experiments",
    "claims",
    "figures",
    "labs",
    "site",
    "homework",
)
CHAPTERS_IMPORT = {"__init__.py", "draws.py", "unfinished.py"}  # of homework; the rest grades
LONGEST_MODULE = 300
GENERATED = re.compile(
    r"\.git|\.venv|node_modules|_build|dist|.*_cache|__pycache__|\.hypothesis|\.ipynb_checkpoints"
)
ONE_MACHINE = re.compile(r"(?<![\w.~})/-])/(?:work|root|home|Users|opt|mnt)/\w+")
UNFINISHED = re.compile("|".join(map(r"\b{}\b".format, ("TO" + "DO", "FIX" + "ME", "X" * 3))))


def files() -> Iterator[Path]:
    """Yield every file that a person wrote."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not GENERATED.fullmatch(name)]
        yield from (Path(folder) / name for name in names)


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every text file that is not somebody else's."""
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if "/vendor/" in name or "/fonts/" in name or name.startswith(".coverage"):
            continue
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the full name of everything that a module of ours imports from the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def rooms_imported(tree: ast.Module) -> set[str]:
    """Return the rooms that a module imports from."""
    parts = [name.split(".") for name in imported(tree)]
    return {part[1] for part in parts if part[0] == "rectified" and len(part) > 1} & set(ROOMS)


def wrong_way(room: str, source: str) -> set[str]:
    """Return the rooms that a module of `room` imports though they come after it."""
    allowed = ROOMS[: ROOMS.index(room) + 1]
    return rooms_imported(ast.parse(source)) - set(allowed)


def test_every_room_is_known() -> None:
    there = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert there
    assert there <= set(ROOMS)


def test_rooms_import_one_way() -> None:
    faults = {}
    for path in PACKAGE.glob("*/**/*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        if found := wrong_way(room, path.read_text(encoding="utf-8")):
            faults[path.relative_to(ROOT).as_posix()] = found
    assert faults == {}


@pytest.mark.parametrize(
    "source",
    [
        "from rectified import figures",
        "import rectified.figures.canvas",
        "from rectified.figures import Figure",
    ],
)
def test_import_of_a_later_room_is_a_fault(source: str) -> None:
    assert wrong_way("experiments", source) == {"figures"}
    assert wrong_way("site", source) == set()


def outside_packages(source: str) -> set[str]:
    """Return the packages of others that a module imports."""
    tops = {name.partition(".")[0] for name in imported(ast.parse(source))}
    return tops - set(sys.stdlib_module_names) - {"rectified"}


def test_chapters_run_with_what_the_package_itself_installs() -> None:
    # On Colab and Binder no extra is installed. No chapter imports the site, nor what grades.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.match(r"[\w.-]+", line)[0] for line in project["dependencies"]}
    names = {
        {"pyyaml": "yaml", "ipython": "IPython", "scikit-learn": "sklearn"}.get(name, name)
        for name in names
    }
    faults = {}
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        if room == "site" or (room == "homework" and path.name not in CHAPTERS_IMPORT):
            continue
        if found := outside_packages(path.read_text(encoding="utf-8")) - names:
            faults[path.relative_to(ROOT).as_posix()] = found
    assert faults == {}


def test_import_of_another_package_is_found() -> None:
    assert outside_packages("import os, numpy.linalg\nfrom sphinx.util import x") == {
        "numpy",
        "sphinx",
    }


def test_relative_imports_are_not_used() -> None:
    levels = {
        node.level
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    assert levels == {0}  # test_rooms_import_one_way reads absolute names


def test_chapters_do_not_need_sphinx() -> None:
    for path in (ROOT / "chapters").glob("*.ipynb"):
        for cell in notebook_rules.Chapter(path, path.read_text(encoding="utf-8")).notebook.cells:
            if cell.cell_type == "code":
                assert "site" not in rooms_imported(notebook_rules.parsed(cell))


def test_source_root_is_no_package() -> None:
    assert not (ROOT / "code/__init__.py").exists()  # it would shadow Python's own module `code`


def test_modules_stay_short() -> None:
    ours = {name: text for name, text in texts() if re.match(r"(code|tools)/.*\.py$", name)}
    lines = {name: text.count("\n") for name, text in ours.items()}
    assert {name: length for name, length in lines.items() if length > LONGEST_MODULE} == {}


def test_nothing_is_left_unfinished() -> None:
    assert [name for name, text in texts() if UNFINISHED.search(text)] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    found = {name: match[0] for name, text in texts() if (match := ONE_MACHINE.search(text))}
    assert found == {}


def test_book_stands_alone() -> None:
    outside = {name for name, text in texts() if "../" + "shared" in text}
    assert outside == set()


# ---- a test that asserts nothing passes whatever the code does
ASSERTING = ("assert_", "to_be_", "to_have_", "to_contain_", "not_to_")  # NumPy's, Playwright's


def asserts(function: ast.FunctionDef, helpers: set[str]) -> bool:
    """Say whether a function asserts something itself, or calls what does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in helpers | {"raises", "warns", "fail"} or name.startswith(ASSERTING):
                return True
    return False


def without_assertion(source: str) -> list[str]:
    """Return the names of the tests in a module that assert nothing."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    helpers = {node.name for node in nodes if asserts(node, set())}
    return [
        node.name for node in nodes if node.name.startswith("test_") and not asserts(node, helpers)
    ]


def test_every_test_asserts_something() -> None:
    faults = [
        without_assertion(path.read_text(encoding="utf-8"))
        for path in (ROOT / "tests").glob("*.py")
    ]
    assert list(chain(*faults)) == []


def test_test_without_assertion_is_found() -> None:
    helper = "def check(x):\n    assert x\n"
    assert without_assertion("def test_a():\n    1 == 2\n") == ["test_a"]
    assert without_assertion("def test_a():\n    print(1)\n") == ["test_a"]
    assert without_assertion(helper + "def test_a():\n    check(1)\n") == []
    assert without_assertion("def test_a():\n    expect(page)\n") == ["test_a"]
    assert without_assertion("def test_a():\n    expect(page).to_have_url(x)\n") == []
    assert (
        without_assertion("def test_a():\n    with pytest.raises(ValueError):\n        f()\n") == []
    )


def test_texts_are_found() -> None:
    names = {name for name, _ in texts()}
    assert {"README.md", "code/rectified/__init__.py", "tests/test_architecture.py"} <= names
    assert not any(name.startswith((".venv", "_build", ".git/")) for name in names)


def test_the_package_starts_without_the_large_libraries() -> None:
    """They take longer to load than all else, and a student's answer is graded without them."""
    look = (
        "import rectified.figures, rectified.labs, sys; "
        "sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
