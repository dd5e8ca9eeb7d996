"""Another country's pack, a dated one, layers of region and creditor, over HTTP: shown, planned by, judged again."""

import json
import shutil
from copy import deepcopy
from datetime import datetime, time, timedelta, timezone
from importlib import resources

import pytest

from server import clock, jobs
from server.accounts import rulebook
from server.compliance import layers, rulepack
from server.db import begin_write, db
from server.schemes import rejudge
from tests.server.schemes import make_scheme as make

INDIA = timezone(timedelta(hours=5, minutes=30))


@pytest.fixture
def set_up(app):
    """Set the installation's place and layers for a while, as its settings would."""
    settings = app.extensions["doorstep"]
    before = {name: getattr(settings, name) for name in ("rule_place", "rule_layers")}

    def to(**changed):
        for name, value in changed.items():
            object.__setattr__(settings, name, value)

    yield to
    to(**before)


def rule_of(caller, rule_id, query=""):
    answer = caller.get(f"/v1/rules{query}")
    assert answer.status_code == 200, answer.text
    return answer.json["pack"], next(one for one in answer.json["rules"] if one["id"] == rule_id)


def planned(as_zhou, creditors, **crew):
    """Compile and plan a scheme whose crew would drive from six to half past eleven at night."""
    listed = make.accepted_list([make.case(creditors["bank"], number) for number in range(8)])
    crews = [make.crew(**({"shift_from": "06:00", "shift_until": "23:30"} | crew))]
    return make.planned(as_zhou, make.compiled(as_zhou, listed, crews=crews)["id"], iterations=20)


def arrivals(scheme):
    return [datetime.fromisoformat(one["arrive_at"]) for one in scheme["stops"] if one["arrive_at"]]


class TestIndia:
    def test_shows_its_own_rules_and_plans_by_its_own_hours(self, as_zhou, as_lin, creditors, set_up):
        set_up(rule_place="in")
        pack, hours = rule_of(as_lin, "HOURS")
        assert (pack, hours["source"].startswith("RBI"), hours["grade"]) == ("in-2026.1", True, "B")
        scheme = planned(as_zhou, creditors)
        found = arrivals(scheme)
        assert len(found) == 8
        assert all(time(8) <= one.astimezone(INDIA).time() <= time(19) for one in found)
        assert min(found).astimezone(clock.SHANGHAI).time() >= time(10, 30)  # eight in India
        told = {one["rule_id"]: one["finding"] for one in scheme["compliance"]}
        assert told["HOURS"] == "kept"
        assert "HOLIDAY" not in told  # a rule of China's pack

    def test_and_china_begins_at_eight_with_the_same_crew(self, as_zhou, creditors):
        found = arrivals(planned(as_zhou, creditors))
        assert min(one.astimezone(clock.SHANGHAI).time() for one in found) < time(9)


class TestLayers:
    def test_of_a_region_bind_its_addresses_and_judge_again_what_is_planned(self, as_zhou, as_lin, creditors, set_up):
        scheme = planned(as_zhou, creditors)
        assert scheme["pack_version"] == "cn-2026.1"
        begin_write()
        for case in make.db.session.query(make.Case):
            case.addresses[0].adcode = "440304"
        db.session.commit()
        set_up(rule_layers={"firm": {}, "regions": {"4403": {"HOURS": {"params": {"latest_min": 481}}}}})
        assert rule_of(as_lin, "HOURS", "?adcode=440304")[1]["params"]["latest_min"] == 481
        assert rule_of(as_lin, "HOURS", "?adcode=110101")[1]["params"]["latest_min"] == 1320
        jobs.run_chores(clock.now())
        after = as_zhou.get(f"/v1/schemes/{scheme['id']}").json
        told = {one["rule_id"]: one["finding"] for one in after["compliance"]}
        assert (told["HOURS"], after["pack_version"].startswith("cn-2026.1+")) == ("broken", True)


@pytest.fixture
def bring_out(tmp_path, monkeypatch):
    """Ship a second version of China's pack with one limit changed, as an upgrade does: into a process that begins."""
    folder = tmp_path / "server" / "rulepacks"
    shutil.copytree(resources.files("server.compliance") / "rulepacks", folder)
    shipped = json.loads((folder / "cn-2026.1.json").read_text(encoding="utf-8"))

    def as_new_process():
        for kept in (rulepack.load, rulebook._pack, layers._laid):  # noqa: SLF001  # what a process remembers of packs
            kept.cache_clear()
        rejudge._seen.clear()  # noqa: SLF001

    def bring(version, *, valid_from, rule_id, **params):
        document = deepcopy(shipped) | {"version": version, "valid_from": valid_from.isoformat()}
        next(one for one in document["rules"] if one["id"] == rule_id)["params"].update(params)
        (folder / f"cn-{version}.json").write_text(json.dumps(document), encoding="utf-8")
        monkeypatch.setattr(rulepack.resources, "files", lambda _: folder.parent)
        as_new_process()

    yield bring
    monkeypatch.undo()
    as_new_process()


class TestADatedPack:
    def test_judges_again_what_is_planned_from_its_day_on_and_nothing_before(
        self, as_zhou, as_sun, as_guo, as_lin, creditors, bring_out
    ):
        friday = make.DAY - timedelta(days=3)
        before = self.signed(as_zhou, as_sun, as_guo, creditors, range(4), friday)
        after = self.signed(as_zhou, as_sun, as_guo, creditors, range(4, 8), make.DAY)
        assert {before["pack_version"], after["pack_version"]} == {"cn-2026.1"}
        bring_out("2099.1", valid_from=make.DAY, rule_id="HOURS", earliest_min=840)
        assert rule_of(as_lin, "HOURS")[0] == "cn-2026.1"
        assert rule_of(as_lin, "HOURS", f"?on={friday}")[1]["params"]["earliest_min"] == 480
        pack, hours = rule_of(as_lin, "HOURS", f"?on={make.DAY}")
        assert (pack, hours["params"]["earliest_min"], hours["set_by"]) == ("cn-2099.1", 840, [])
        jobs.run_chores(clock.now())
        assert self.told(as_zhou, before) == ("signed_off", "cn-2026.1", "kept")
        assert self.told(as_zhou, after) == ("changed", "cn-2099.1", "broken")
        again = make.planned(as_zhou, after["id"], iterations=20)
        assert self.told(as_zhou, again)[1:] == ("cn-2099.1", "kept")
        found = [one.astimezone(clock.SHANGHAI).time() for one in arrivals(again)]
        assert len(found) == 4
        assert min(found) >= time(14)

    @staticmethod
    def signed(as_zhou, as_sun, as_guo, creditors, numbers, day):
        listed = make.accepted_list([make.case(creditors["bank"], number) for number in numbers])
        scheme = make.planned(as_zhou, make.compiled(as_zhou, listed, dates=[day.isoformat()])["id"], iterations=20)
        make.submitted(as_zhou, scheme["id"])
        return make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))

    @staticmethod
    def told(caller, scheme):
        shown = caller.get(f"/v1/schemes/{scheme['id']}").json
        (hours,) = [one for one in shown["compliance"] if one["rule_id"] == "HOURS"]
        assert hours["pack"] == shown["pack_version"]
        return shown["state"], shown["pack_version"], hours["finding"]
