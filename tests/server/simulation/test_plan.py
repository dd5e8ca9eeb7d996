import pytest

from server.simulation import plan
from server.simulation.plan import Faults, Trick, draw, parts


class TestDraw:
    def test_draws_the_same_for_the_same_seed_and_something_else_for_another(self):
        first = draw(agents=50, days=3, faults=Faults.HEAVY, seed=7)
        assert first == draw(agents=50, days=3, faults=Faults.HEAVY, seed=7)
        assert first != draw(agents=50, days=3, faults=Faults.HEAVY, seed=8)

    @pytest.mark.parametrize("agents", [4, 6, 50])
    @pytest.mark.parametrize("seed", range(20))
    def test_heavy_holds_every_fault_however_small_the_fleet(self, agents, seed):
        drawn = draw(agents=agents, days=1, faults=Faults.HEAVY, seed=seed)
        [day] = drawn.days
        assert any(one.is_away for one in drawn.agents)
        assert any(one.is_slow for one in drawn.agents)
        assert any(one.clock_error_days for one in drawn.agents)
        assert all(day.kill_after)
        assert day.swap
        assert day.is_backed_up
        assert day.is_restored
        assert day.lost is not None
        assert any(0 < one.dies_writing[0] <= 5 and one.is_lead and not one.is_away for one in drawn.agents)
        assert {trick for _, trick in day.tricks} == set(Trick)

    def test_visits_of_a_crew_change_nothing_of_what_goes_wrong(self):
        one, fifteen = (draw(agents=50, days=3, faults=Faults.HEAVY, seed=7, stops=stops) for stops in (1, 15))
        assert (one.stops, fifteen.stops) == (1, 15)
        assert (one.agents, one.days) == (fifteen.agents, fifteen.days)

    def test_backs_up_before_it_restores_and_does_so_once(self):
        drawn = draw(agents=8, days=5, faults=Faults.HEAVY, seed=3)
        assert [day.is_backed_up for day in drawn.days] == [day.is_restored for day in drawn.days]
        assert sum(day.is_restored for day in drawn.days) == 1

    def test_never_loses_the_phone_that_is_away_nor_tricks_with_the_lost_one(self):
        for seed in range(30):
            drawn = draw(agents=6, days=2, faults=Faults.HEAVY, seed=seed)
            away = {one.number for one in drawn.agents if one.is_away}
            lost = {day.lost for day in drawn.days} - {None}
            players = {who for day in drawn.days for who, _ in day.tricks}
            assert not lost & away
            assert not players & (lost | away)

    def test_light_kills_no_server_and_restores_nothing(self):
        drawn = draw(agents=10, days=2, faults=Faults.LIGHT, seed=7)
        assert not any(any(day.kill_after) or day.is_restored or day.tricks for day in drawn.days)
        assert drawn.weather.cut > 0

    def test_none_goes_wrong_in_nothing(self):
        drawn = draw(agents=4, days=2, faults=Faults.NONE, seed=7)
        assert drawn.days == (plan.DayPlan(), plan.DayPlan())
        assert drawn.weather.cut == 0
        assert not any(one.is_away or one.is_slow or one.clock_error_days or one.dies_writing for one in drawn.agents)

    @pytest.mark.parametrize(("agents", "days"), [(5, 1), (2, 1), (4, 0)])
    def test_refuses_half_a_crew(self, agents, days):
        with pytest.raises(ValueError, match="expected"):
            draw(agents=agents, days=days, faults=Faults.HEAVY, seed=7)

    def test_clocks_are_wrong_by_at_most_400_days_either_way(self):
        errors = [one.clock_error_days for one in draw(agents=400, days=1, faults=Faults.HEAVY, seed=1).agents]
        assert min(errors) >= -400
        assert max(errors) <= 400
        assert min(errors) < 0 < max(errors)


class TestParts:
    @pytest.mark.parametrize(("crews", "sizes"), [(2, [2]), (100, [100]), (101, [50, 51]), (1000, [100] * 10)])
    def test_are_as_few_schemes_as_hold_all_crews(self, crews, sizes):
        found = parts(crews)
        assert [len(one) for one in found] == sizes
        assert [crew for one in found for crew in one] == list(range(crews))

    def test_two_crews_change_places_within_one_scheme(self):
        drawn = draw(agents=402, days=20, faults=Faults.HEAVY, seed=3)
        assert all(any(set(day.swap) <= set(part) for part in drawn.parts) for day in drawn.days)
