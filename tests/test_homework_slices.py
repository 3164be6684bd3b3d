"""Which lines an answer needs: what is found by names runs, and nothing else does."""

import pytest

from rectified.homework.slices import defined, free, needed, plain, statements, used, whole


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = y + 1", {"y"}),
        ("x = 1\nz = x + y", {"y"}),
        ("x += 1", {"x"}),
        ("x = x + 1", {"x"}),
        ("def f(a):\n    return a + later + g\nlater = 1", {"g"}),
        (
            "class C(B):\n    n = size\n    def m(self):\n        return late\nlate = 1",
            {"B", "size"},
        ),
        ("for i in range(n):\n    q = i + w\nq", {"range", "n", "w"}),
        ("with context() as c:\n    t = c + u\nt, c", {"context", "u"}),
        ("try:\n    import m\nexcept E as e:\n    print(e)\nm", {"E", "print"}),
        ("k = [v for v in u if v > m]", {"u", "m"}),
        ("import a.b as c\nfrom d import e\nc, e", set()),
        ("f = lambda x: x + y", {"y"}),
        ("print(f'{x}')", {"print", "x"}),
        ("%matplotlib inline\nx", {"get_ipython", "x"}),
        ("def (", set()),
        ("", set()),
    ],
)
def test_names_that_a_cell_must_be_given(source: str, names: set[str]) -> None:
    assert free(source) == names


def test_names_that_a_cell_binds() -> None:
    lines = ["import a.b, c as d", "from e import f as g", "x, *y = 1, 2"]
    source = "\n".join([*lines, "def h(): z = 1", "for i in x: j = i"])
    assert defined(source) == {"a", "d", "g", "x", "y", "h", "i", "j"}
    assert defined("no Python here") == frozenset()


def test_names_that_a_function_reads_count() -> None:
    assert used("def f(a, b=d):\n    c = a\n    return g(c)") >= {"d", "g"}
    assert "c" not in used("def f(a):\n    c = a\n    return c")


def test_a_cell_of_ours_is_cut_into_statements_and_imports_into_names() -> None:
    pieces = statements("from m import a, b\nimport c, d.e\nx = a(1)")
    sources = ["from m import a", "from m import b", "import c", "import d.e", "x = a(1)"]
    assert [piece.source for piece in pieces] == sources


def needs(wanted: str, above: str, below: str = "") -> list[str]:
    """Return the sources that are needed, of statements above and below."""
    pieces = needed(wanted.split(), statements(above), statements(below))
    return [piece.source for piece in pieces]


def test_only_what_is_needed_runs_in_its_order() -> None:
    above = "import slow\nimport numpy as np\na = np.ones(3)\nb = slow.train()\nc = a + 1"
    assert needs("c", above) == ["import numpy as np", "a = np.ones(3)", "c = a + 1"]
    assert needs("print", above) == []


def test_the_nearest_definition_above_counts() -> None:
    assert needs("x", "x = 1\nx = 2") == ["x = 2"]
    assert needs("x", "x = 1\ny = x\nx = 2\nx = x + y") == ["x = 1", "y = x", "x = 2", "x = x + y"]


def test_what_stands_below_counts_where_nothing_above_does_and_runs_first() -> None:
    assert needs("x", "y = 1", "z = 2\nx = z\nx = 3") == ["z = 2", "x = z"]
    assert needs("x y", "y = 1", "x = 2\ny = 3") == ["x = 2", "y = 1"]


def test_names_in_a_circle_end() -> None:
    assert needs("f", "def f(): return g()\ndef g(): return f()") == [
        "def f():\n    return g()",
        "def g():\n    return f()",
    ]


def test_an_import_of_everything_always_runs() -> None:
    assert needs("x", "from math import *\nx = sqrt(2)") == ["from math import *", "x = sqrt(2)"]


def test_a_students_cell_stays_whole() -> None:
    cell = whole("total = []\ntotal.append(1)\nprint(total)")
    assert needed(["total"], [cell]) == [cell]


def test_of_a_cell_that_would_take_minutes_to_read_nothing_is_known() -> None:
    long = "x = 1\n" + "# more\n" * 3000
    with pytest.raises(ValueError, match="at most 20000 characters"):
        plain(long)
    assert defined(long) == used(long) == free(long) == frozenset()
    magics = "x = 1\n" + "!ls\n" * 100
    with pytest.raises(SyntaxError):
        plain(magics)
    assert defined(magics) == frozenset()
    assert "x" in defined("x = 1\n!ls\n")
