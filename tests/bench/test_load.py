"""The load bench's own arithmetic."""

import pytest

from bench.load import quantile


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_quantile_is_the_value_that_so_many_do_not_exceed(share, value):
    assert quantile(range(100, 0, -1), share) == value


def test_of_nothing_it_is_nothing():
    assert quantile([], 0.99) == 0
