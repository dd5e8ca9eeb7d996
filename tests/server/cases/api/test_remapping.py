"""Another mapping for a file that was sent already: read again from the kept copy, by hand or by a job."""

import pytest

from server import clock, jobs
from server.cases.api import remapping

SECOND = {"案件序列号": "A2", "客户姓名": "测试乙", "证件号码": "99364019800215898X"}


@pytest.fixture
def run(desk):
    return desk.read(desk.placement({}, SECOND)).json


def remapped(desk, run, **changes):
    mapping = {name: run["mapping"][name] for name in ("columns", "defaults", "yuan_per_unit")} | changes
    return desk.caller.put(f"/v1/imports/{run['id']}/mapping", json=mapping)


class TestRemapImport:
    def test_the_report_names_every_heading_of_the_file(self, run):
        assert set(run["mapping"]["columns"]) <= set(run["headers"])

    def test_reads_the_kept_file_with_the_other_meaning(self, desk, run):
        answer = remapped(desk, run, yuan_per_unit=10_000)
        assert answer.status_code == 200
        before, after = (one["totals"]["total"]["all_fen"] for one in (run, answer.json))
        assert after == before * 10_000
        assert (answer.json["state"], answer.json["mapping"]["yuan_per_unit"]) == ("dry_run", 10_000)

    def test_refuses_a_mapping_that_names_no_case_and_keeps_the_old_one(self, desk, run):
        columns = {header: named for header, named in run["mapping"]["columns"].items() if named != "total"}
        assert remapped(desk, run, columns=columns).json["type"] == "/problems/missing-columns"
        assert desk.caller.get(f"/v1/imports/{run['id']}").json["mapping"] == run["mapping"]

    def test_a_big_file_is_read_by_a_job(self, desk, run, monkeypatch):
        monkeypatch.setattr(remapping, "BIG_FILE_ROWS", 1)
        answer = remapped(desk, run, yuan_per_unit=10_000)
        assert answer.status_code == 202
        assert jobs.run_next(clock.now())
        assert desk.caller.get(f"/v1/imports/{run['id']}").json["mapping"]["yuan_per_unit"] == 10_000

    def test_what_is_committed_stands(self, desk, run):
        assert desk.caller.post(f"/v1/imports/{run['id']}/commit").status_code == 200
        assert remapped(desk, run).json["type"] == "/problems/import-settled"

    def test_a_feed_is_not_found_among_the_placements(self, desk, run):
        mapping = {"columns": run["mapping"]["columns"]}
        assert desk.caller.put(f"/v1/payments/imports/{run['id']}/mapping", json=mapping).status_code == 404


class TestGuess:
    def test_a_file_of_another_layout_is_recognised_anew_when_asked(self, desk):
        desk.place({})
        head = "合同编号,姓名,身份证号,委案金额,首次逾期日,家庭地址"
        other = f"{head}\nH-1,测试甲,99364019800215898X,100,2025-09-20,深圳市福田区1号\n"
        assert desk.read(other.encode()).json["type"] == "/problems/missing-columns"
        answer = desk.read(other.encode(), mapping='{"guess": true}')
        assert answer.status_code == 201, answer.text
        assert answer.json["mapping"]["columns"]["合同编号"] == "contract_no"
