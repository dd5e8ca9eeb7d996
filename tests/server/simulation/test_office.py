import pytest

from server.simulation.office import scope_of, shift_end


def stop(stop_id, crew, state):
    return {"id": stop_id, "case_id": f"case of {stop_id}", "crew_id": crew, "state": state}


class TestScopeOf:
    def test_gives_every_stop_on_phones_to_both_of_its_crew(self):
        scheme = {
            "crews": [{"id": "A", "members": [{"id": "p"}, {"id": "q"}]}, {"id": "B", "members": [{"id": "r"}]}],
            "stops": [
                stop("1", "A", "dispatched"),
                stop("2", "B", "visited"),
                stop("3", "A", "withheld"),
                stop("4", None, "dropped"),
            ],
        }
        assert scope_of(scheme) == {("p", "1", "case of 1"), ("q", "1", "case of 1"), ("r", "2", "case of 2")}


@pytest.mark.parametrize(("stops", "until"), [(1, "11:30"), (3, "11:30"), (15, "20:00")])
def test_a_shift_is_long_enough_for_its_visits_and_ends_when_visits_must(stops, until):
    assert shift_end(stops) == until
