"""The dispensary of the tests of this room."""

import pytest

from tests.medication.counter import Counter, Do, open_counter


@pytest.fixture
def counter(do: Do, ask: Do) -> Counter:
    return open_counter(do, ask)
