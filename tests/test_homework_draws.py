import subprocess
import sys

import numpy as np
import pytest

from rectified import homework
from rectified.homework import draws
from rectified.homework.draws import filled, secret, variant

CELL = """\
import numpy as np
slope = 0.2  # one of 0.05, 0.1, 0.2, 0.3
name = 'relu'  # one of 'relu', 'elu'
"""


def drawn(exercise: str = "larger") -> list[float]:
    return homework.rng(exercise).standard_normal(3).tolist()


def test_an_exercise_draws_the_same_until_a_secret_is_set() -> None:
    assert drawn() == drawn()
    assert drawn() != drawn("slope")
    with secret("green"):
        hidden = drawn()
        with secret("green", student="Ada"):
            hers = drawn()
        assert drawn() == hidden
    assert len({tuple(each) for each in (drawn(), hidden, hers)}) == 3


def test_a_secret_ends_with_its_block_even_after_an_error() -> None:
    before = drawn()
    with pytest.raises(RuntimeError), secret("green"):
        raise RuntimeError
    assert drawn() == before


def test_draws_are_those_of_an_oracle_and_the_same_on_every_machine() -> None:
    # SHA-256 of '["inputs", "green", "Ada", "larger"]', by coreutils' sha256sum
    digest = "1da1c80d304ec7e1be07d497ef1c7499d6ed836a94377161c296a0f2c5568826"
    with secret("green", student="Ada"):
        assert drawn() == np.random.default_rng(int(digest, 16)).standard_normal(3).tolist()


def test_where_secret_and_student_meet_is_part_of_the_draw() -> None:
    with secret("ab", student="c"):
        one = drawn()
    with secret("a", student="bc"):
        assert drawn() != one


def test_an_exercise_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="exercise must be a grade_id"):
        homework.rng("")


def test_variants_depend_on_name_secret_and_student_and_use_all_options() -> None:
    names = [f"student {i}" for i in range(400)]
    given = [variant((1, 2, 3, 4), "slope", "green", name) for name in names]
    assert given == [variant((1, 2, 3, 4), "slope", "green", name) for name in names]
    # 100 of each expected, with a standard deviation of 8.7: 60 to 140 are 4.6 of these
    assert all(60 < given.count(option) < 140 for option in (1, 2, 3, 4))
    other_secret = [variant((1, 2, 3, 4), "slope", "red", name) for name in names]
    other_name = [variant((1, 2, 3, 4), "gain", "green", name) for name in names]
    for other in (other_secret, other_name):  # equal by chance for a quarter
        assert 60 < sum(a == b for a, b in zip(given, other, strict=True)) < 140


def test_no_option_is_refused() -> None:
    with pytest.raises(ValueError, match="options of slope must not be empty"):
        variant((), "slope", "", "")


def test_a_cell_is_filled_with_the_students_constants_and_nothing_else_changes() -> None:
    source = filled(CELL, secret="green", student="Ada")
    slope = variant((0.05, 0.1, 0.2, 0.3), "slope", "green", "Ada")
    name = variant(("relu", "elu"), "name", "green", "Ada")
    assert source == f"import numpy as np\nslope = {slope}\nname = {name!r}\n"
    texts = {filled(CELL, secret="green", student=str(i)) for i in range(100)}
    assert len(texts) == 8


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("slope = 0.2  # one of a, b", "options of slope must be literals"),
        ("slope = 0.2  # one of 0.1,, 0.2", "options of slope must be literals"),
        ("slope = 0.4  # one of 0.1, 0.2", "slope must be one of its options 0.1, 0.2, got 0.4"),
    ],
)
def test_options_that_cannot_be_drawn_are_refused(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        filled(line, secret="", student="")


def test_chapters_get_draws_without_the_graders_tools() -> None:
    code = "import sys, rectified.homework; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert draws.__name__ in loaded
    assert not {"nbformat", "sphinx", "torch", "rectified.site"} & set(loaded)


def test_missing_parts_are_named() -> None:
    def stub():
        raise NotImplementedError()

    parts = {"Exercise 1. A": "f", "Exercise 2. B": "g", "Exercise 3. C": "h", "Exercise 4. D": ""}
    said = homework.missing(parts, {"f": stub, "g": len})
    assert said.parts == (
        "Exercise 1. A: `f` still has the line `raise NotImplementedError()`",
        "Exercise 3. C: `h` is not defined; have you run its cell?",
    )
    assert repr(said).splitlines()[0] == "Still missing:"
    assert repr(said).splitlines()[-1].endswith("Exercise 4. D")


def test_nothing_missing_is_said() -> None:
    said = homework.missing({"Exercise 1. A": "f"}, {"f": 3.0})
    assert repr(said) == "Nothing is missing that code can see."
