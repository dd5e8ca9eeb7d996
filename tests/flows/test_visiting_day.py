"""A whole visiting day over HTTP, in the voices of the cast: from the creditor's file to the dossier for court."""

import io
import json
import re
import zipfile
from datetime import datetime
from itertools import cycle

import openpyxl
import pypdfium2

from server.demo import doors
from server.demo.doors import Door
from sync import verify

CODES = (1, 2, 3, 6, 7, 9)


def play(phone):
    """Visit the stops with one outcome each, as if every door were reached a moment from now."""
    played = {}
    for stop, code in zip(phone.stops(), cycle(CODES), strict=False):
        doors.play(Door(phone, dict(stop) | {"arrive_at": phone.clock.at.isoformat()}, code, dies=code == 2))
        phone.clock.at = phone.clock.at.replace(microsecond=0)
        played[code] = stop["case_id"]
    return played


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return "".join(document[number].get_textpage().get_text_bounded() for number in range(len(document)))


class TestTheDay:
    def test_runs_from_the_file_to_the_dossier(
        self, as_zhou, as_guo, as_hu, as_tan, dispatched, fangs_phone, run_jobs, tmp_path
    ):
        stops = fangs_phone.stops()
        assert len(stops) >= len(CODES)
        assert all(stop["papers"] for stop in stops)
        played = play(fangs_phone)
        waiting = fangs_phone.store.unsent()
        assert waiting > 0
        first = fangs_phone.sync()
        assert (first.unsent, first.conflicts, first.uploaded) == (0, 0, 3 * len(stops))
        assert fangs_phone.sync().pushed == 0

        visits = as_zhou.get("/v1/visits", query_string={"scheme_id": dispatched, "limit": 100}).json["items"]
        assert {visit["outcome"] for visit in visits} == set(CODES)
        assert len(visits) == len(stops)
        assert all(visit["is_complete"] for visit in visits)
        by_code = {visit["outcome"]: visit for visit in visits}
        assert [by_code[code]["evidence_grade"] for code in (1, 2, 6)] == ["A", "A", "B"]
        for visit in visits:
            path = f"/v1/visits/{visit['id']}"
            tag = as_zhou.get(path).headers["ETag"]
            done = as_zhou.post(f"{path}/review", json={"decision": "accept"}, headers={"If-Match": tag})
            assert done.status_code == 200, done.text
        self.check_receipts(as_zhou, by_code)
        self.close_out(as_zhou, dispatched, len(stops))
        self.sue(as_zhou, as_hu, as_guo, by_code[3], run_jobs, tmp_path)
        assert set(played.values()) <= {visit["case_id"] for visit in visits}
        assert as_tan.get("/v1/audit").json["chain"]["intact"]

    def check_receipts(self, caller, by_code):
        promised = caller.get(f"/v1/visits/{by_code[1]['id']}/receipt.pdf")
        assert promised.data == caller.get(f"/v1/visits/{by_code[1]['id']}/receipt.pdf").data
        text = text_of(promised.data)
        assert "到访回执单" in text
        assert "工作人员不收取任何款项" in text
        third = text_of(caller.get(f"/v1/visits/{by_code[9]['id']}/receipt.pdf").data)
        assert "欠款" not in third
        assert by_code[9]["debtor"] not in third
        serial = promised.headers["Content-Disposition"].split('"')[1].removesuffix(".pdf")
        answer = caller.client.get(f"/v1/verify/{serial}").json
        assert answer["valid"] is True
        assert by_code[1]["debtor"] not in json.dumps(answer, ensure_ascii=False)

    def close_out(self, caller, scheme_id, visited):
        done = caller.post(f"/v1/schemes/{scheme_id}/close-out", json={})
        assert done.status_code == 200, done.text
        summary = caller.get(f"/v1/schemes/{scheme_id}/summary").json
        assert "走访汇总表" in text_of(caller.get(f"/v1/schemes/{scheme_id}/summary.pdf").data)
        book = openpyxl.load_workbook(io.BytesIO(caller.get(f"/v1/schemes/{scheme_id}/summary.xlsx").data))
        assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
        assert summary["figures"]["completed"]["count"] == visited

    def sue(self, proposer, adviser, decider, visit, run_jobs, tmp_path):
        made = proposer.post(
            "/v1/escalations",
            json={"case_id": visit["case_id"], "proposal": "sue", "reasons": "拒绝还款", "evidence": []},
        )
        assert made.status_code == 201, made.text
        path = f"/v1/escalations/{made.json['id']}"

        def change(caller, step, body):
            tag = caller.get(path).headers["ETag"]
            return caller.post(f"{path}/{step}", json=body, headers={"If-Match": tag})

        assert change(proposer, "decide", {"decision": "sue", "reasons": "x"}).status_code == 403
        assert change(adviser, "opinion", {"opinion": "ready", "text": "证据齐备"}).status_code == 200
        assert change(decider, "decide", {"decision": "sue", "reasons": "同意起诉"}).status_code == 200
        again = change(decider, "decide", {"decision": "suspend", "reasons": "改主意"})
        assert again.status_code == 409, again.text
        assert [one["id"] for one in decider.get("/v1/escalations?decision=sue").json["items"]] == [made.json["id"]]
        job = run_jobs(adviser, adviser.post(f"/v1/cases/{visit['case_id']}/dossier", json={}))
        target = tmp_path / "dossier.zip"
        with adviser.get(job["result_url"] + ".zip") as archive:
            target.write_bytes(archive.data)
        assert verify.verify(target).is_ok
        self.tamper(target)

    def tamper(self, target):
        altered = target.with_name("altered.zip")
        with zipfile.ZipFile(target) as source, zipfile.ZipFile(altered, "w") as copy:
            for name in source.namelist():
                content = source.read(name)
                if name.endswith(".jpg"):
                    content = content[:-1] + bytes([content[-1] ^ 1])
                copy.writestr(name, content)
        assert not verify.verify(altered).is_ok


class TestTheMorning:
    def test_the_phone_shows_every_stop_in_order_with_its_paper(self, fangs_phone):
        stops = fangs_phone.stops()
        assert [stop["seq"] for stop in stops] == list(range(1, len(stops) + 1))
        times = [datetime.fromisoformat(stop["arrive_at"]) for stop in stops]
        assert times == sorted(times)

    def test_every_stop_has_its_statement_and_its_dunning_letter(self, fangs_phone):
        for stop in fangs_phone.stops():
            statement, letter = sorted(fangs_phone.papers(stop), key=lambda paper: paper["kind"])
            assert (statement["kind"], letter["kind"]) == ("account_statement", "dunning_letter")
            assert "催款函" in text_of(fangs_phone.store.paper(letter["id"]))

    def test_a_card_tells_only_what_the_visit_needs(self, fangs_phone):
        for stop in fangs_phone.stops():
            card = fangs_phone.card(stop)
            assert card["debtor"]["id_masked"].startswith("*" * 14)
            numbers = re.findall(r"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])", json.dumps(card))  # no part of an id
            assert numbers == [card["debtor"]["phone"]], "the debtor's own and nobody else's"
