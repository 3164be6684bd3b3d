"""What every experiment with seeds promises, as functions that its tests call."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_array_equal

Seeded = Callable[[list[int]], np.ndarray]  # seeds -> an array with a row for each


def assert_same_alone_and_in_company(run: Seeded) -> None:
    company = run([7, 3, 11])
    assert_array_equal(run([3]), company[1:2])
    assert not np.array_equal(company[0], company[1])  # or the seed would do nothing


def assert_no_seed_is_refused(run: Seeded) -> None:
    with pytest.raises(ValueError, match="seed"):
        run([])
