import pytest

from rectified.site.markers import with_stub, without_hidden, without_marks

CELL = """\
def f(z):
    ### BEGIN SOLUTION
    return z
    ### END SOLUTION


### BEGIN SOLUTION
a = 1
### END SOLUTION
print(a)"""


def test_each_solution_gives_way_to_a_stub_at_its_indent() -> None:
    assert with_stub(CELL) == (
        "def f(z):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n\n\n"
        "# YOUR CODE HERE\nraise NotImplementedError()\nprint(a)"
    )


def test_marks_go_and_solutions_stay() -> None:
    assert without_marks(CELL) == "def f(z):\n    return z\n\n\na = 1\nprint(a)"


def test_hidden_tests_go_whole_and_solutions_stay() -> None:
    hidden = "assert a\n### BEGIN HIDDEN TESTS\nassert b\n### END HIDDEN TESTS"
    assert without_hidden(hidden) == "assert a"
    assert without_hidden(hidden + "\nassert c") == "assert a\nassert c"
    assert without_hidden(CELL) == CELL


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN HIDDEN TESTS\nassert b",
        "assert b\n### END HIDDEN TESTS",
        "### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS",
    ],
)
def test_a_region_that_does_not_close_hides_nothing_by_accident(source: str) -> None:
    with pytest.raises(ValueError, match="region"):
        without_hidden(source)
