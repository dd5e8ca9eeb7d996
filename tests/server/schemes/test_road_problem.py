"""What the planner is given follows from the scheme: lawful hours, the debtor's own hours, languages, prizes."""

from datetime import date

import pytest

from server.compliance.layers import with_policy
from server.compliance.rulepack import load
from server.db import db
from server.planning.distance import CITY
from server.planning.precision import Precision
from server.schemes import road_problem
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make

PACK = load()
DAY = date(2026, 12, 2)


@pytest.fixture
def scheme(as_zhou, creditors):
    cases = [make.case(creditors["bank"], number) for number in range(2)]
    compiled = make.compiled(as_zhou, make.accepted_list(cases))
    return db.session.query(Scheme).filter_by(serial=compiled["serial"]).one()


def built(scheme, pack=PACK):
    return road_problem.problem(scheme, rules_for=lambda _stop, _day: pack, detour=CITY, route_centroids=False)


def hours(window):
    clock = "%m-%dT%H:%M"
    return window.opens_at.strftime(clock), window.closes_at.strftime(clock)


class TestLawfulWindow:
    def test_is_eight_until_ten_at_night_local(self):
        assert hours(road_problem.lawful_window(DAY, pack=PACK)) == ("12-02T00:00", "12-02T14:00")

    def test_follows_the_firms_policy(self):
        firm = with_policy(PACK, policy={"HOURS": {"params": {"latest_min": 1200}}})
        assert hours(road_problem.lawful_window(DAY, pack=firm)) == ("12-02T00:00", "12-02T12:00")


class TestPrize:
    @pytest.mark.parametrize(("score", "seconds"), [(0, 900), (50, 3900), (100, 6900), (-5, 900)])
    def test_is_a_quarter_hour_and_a_minute_a_point(self, score, seconds):
        assert road_problem.prize_s(score) == seconds


class TestProblem:
    def test_has_a_shift_for_each_crew_and_day(self, scheme):
        scheme.dates = ["2026-12-02", "2026-12-03"]
        shifts = built(scheme).shifts
        assert [one.on for one in shifts] == [date(2026, 12, 2), date(2026, 12, 3)]
        assert {one.staff_ids for one in shifts} == {(str(make.person_id("fang")), str(make.person_id("luo")))}
        assert hours(shifts[0].hours) == ("12-02T01:00", "12-02T10:00")

    def test_labels_a_stop_by_its_case_number_only(self, scheme):
        assert {one.label for one in built(scheme).stops} == {"WH2026-000000", "WH2026-000001"}

    def test_clips_the_debtors_hours_to_the_lawful_ones(self, scheme):
        scheme.dates = ["2026-12-02"]
        scheme.stops[0].windows = [{"on": None, "from": "06:00", "until": "09:30"}]
        wanted = next(one for one in built(scheme).stops if one.id == str(scheme.stops[0].id))
        assert [hours(one) for one in wanted.windows] == [("12-02T00:00", "12-02T01:30")]

    def test_keeps_hours_of_one_day_to_that_day(self, scheme):
        scheme.dates = ["2026-12-02", "2026-12-03"]
        scheme.stops[0].windows = [{"on": "2026-12-03", "from": "10:00", "until": "11:00"}]
        wanted = next(one for one in built(scheme).stops if one.id == str(scheme.stops[0].id))
        assert [hours(one) for one in wanted.windows] == [("12-03T02:00", "12-03T03:00")]

    def test_never_turns_unlawful_hours_into_any_hours(self, scheme):
        scheme.stops[0].windows = [{"on": None, "from": "22:30", "until": "23:30"}]
        wanted = next(one for one in built(scheme).stops if one.id == str(scheme.stops[0].id))
        (only,) = wanted.windows
        assert (only.closes_at - only.opens_at).total_seconds() < wanted.service_s

    @pytest.mark.parametrize(
        ("languages", "needs"), [([], set()), (["zh-CN", "ug"], set()), (["ug"], {"ug"}), (["kk", "ug"], {"kk"})]
    )
    def test_asks_for_a_crew_that_speaks_the_debtors_language(self, scheme, languages, needs):
        scheme.stops[0].case.debtor.languages = languages
        wanted = next(one for one in built(scheme).stops if one.id == str(scheme.stops[0].id))
        assert wanted.needs == needs

    def test_leaves_out_what_is_withdrawn_or_visited(self, scheme):
        scheme.stops[0].state, scheme.stops[1].state = "withdrawn", "visited"
        assert built(scheme).stops == ()

    def test_has_no_point_for_a_stop_without_an_address(self, scheme):
        scheme.stops[0].address = None
        wanted = next(one for one in built(scheme).stops if one.id == str(scheme.stops[0].id))
        assert (wanted.point, wanted.precision) == (None, Precision.NONE)
