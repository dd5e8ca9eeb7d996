"""Solomon's instances in tenths: distances cut down, windows for the start of service."""

import numpy as np
import pytest

from bench import solomon

SMALL = """SMALL

VEHICLE
NUMBER     CAPACITY
  3         20

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0          0          0          0        230          0
    1      3          4          10        10         60         10
    2      1          1          10         0        200         10
"""


class TestRead:
    @pytest.fixture
    def problem(self):
        return solomon.read(SMALL)

    def test_cuts_each_distance_down_to_a_tenth(self, problem):
        assert problem.distance_matrix(0).tolist() == [[0, 50, 14], [50, 0, 36], [14, 36, 0]]

    def test_travels_as_long_as_far(self, problem):
        assert np.array_equal(problem.duration_matrix(0), problem.distance_matrix(0))

    def test_gives_windows_and_service_in_tenths(self, problem):
        client = problem.clients()[0]
        assert (client.tw_early, client.tw_late, client.service_duration) == (100, 600, 100)
        assert client.delivery == [10]

    def test_gives_the_fleet_and_its_horizon(self, problem):
        (fleet,) = problem.vehicle_types()
        assert (fleet.num_available, fleet.capacity, fleet.tw_late) == (3, [20], 2300)

    @pytest.mark.parametrize("text", ["", "no numbers here", "3 20\n0 0 0 0 0 230 0\n"])
    def test_refuses_what_is_no_instance(self, text):
        with pytest.raises(solomon.NotSolomon):
            solomon.read(text)


class TestDistance:
    def test_is_in_the_units_of_the_instance(self):
        import pyvrp
        from pyvrp.stop import MaxIterations

        found = pyvrp.solve(solomon.read(SMALL), stop=MaxIterations(50), seed=1, display=False)
        assert found.is_feasible()
        assert solomon.distance(found) == pytest.approx(10.0)  # out and back by way of both: 1.4 + 3.6 + 5.0


class TestChecked:
    @pytest.fixture
    def found(self):
        import pyvrp
        from pyvrp.stop import MaxIterations

        return pyvrp.solve(solomon.read(SMALL), stop=MaxIterations(50), seed=1, display=False)

    def test_reckons_the_distance_from_the_text(self, found):
        assert solomon.checked(found, SMALL) == solomon.distance(found)

    @pytest.mark.parametrize(
        ("was", "now", "fault"),
        [
            ("         0        200", "         0          1", "late at 2"),
            ("3         20", "3          5", "too heavy"),
            ("    2      1          1          10         0        200         10", "", "each customer exactly once"),
        ],
    )
    def test_refuses_what_breaks_a_rule(self, found, was, now, fault):
        """The plan of one instance held against another, in which it is late, too heavy or serves a stranger."""
        tight = SMALL.replace(was, now)
        assert tight != SMALL
        with pytest.raises(solomon.NotLawful, match=fault):
            solomon.checked(found, tight)


class TestMadeUp:
    def test_is_the_same_for_the_same_seed(self):
        assert solomon.made_up(1) == solomon.made_up(1) != solomon.made_up(2)

    def test_can_be_read(self):
        assert solomon.read(solomon.made_up(1, customers=12)).num_clients == 12
