"""The creditor's payment feed over HTTP: what is booked, settled, reversed and refused."""

import io

import sqlalchemy as sa
from openpyxl import load_workbook

from server.db import db

SECOND = {"案件序列号": "A2", "客户姓名": "测试乙", "证件号码": "99364019800215898X"}
NO_ID = {"案件序列号": "A3", "证件号码": ""}
FORMULA = {"案件序列号": "A4", "客户姓名": '=HYPERLINK("http://127.0.0.1/","x")', "证件号码": "99364019800215898X"}


def count(model):
    db.session.rollback()  # what a refused request left behind is gone with its context
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


class TestCommitPaymentImport:
    def test_books_settles_and_reverses(self, desk):
        desk.place({}, SECOND)
        run = desk.pay(
            ("A1", "2026-12-01", "500.00", "还款", "L1"),
            ("A1", "2026-12-02", "-20.00", "冲正", "L2"),
            ("A2", "2026-12-03", "12000.00", "结清", "L3"),
            ("B9", "2026-12-03", "1.00", "还款", "L4"),
        )
        assert [run[name] for name in ("rows", "accepted", "refused")] == [4, 3, 1]
        assert run["changes"] == {
            "created": 3, "unchanged": 0, "updated": 0, "waiting": 1, "cases_changed": 2, "cases_settled": 1,
        }  # fmt: skip
        assert run["faults"][0]["code"] == "unknown_case"
        assert desk.case("A1")["outstanding_fen"] == 1_200_000 - 48_000
        assert (desk.case("A2")["state"], desk.case("A2")["outstanding_fen"]) == ("settled", 0)

    def test_changes_nothing_when_the_same_feed_comes_again(self, desk):
        desk.place({})
        row = ("A1", "2026-12-01", "500.00", "还款", "L1")
        desk.pay(row)
        version = desk.case()["version"]
        assert desk.pay(row)["changes"] == {
            "created": 0, "unchanged": 1, "updated": 0, "waiting": 0, "cases_changed": 0, "cases_settled": 0,
        }  # fmt: skip
        assert desk.case()["version"] == version

    def test_refuses_to_alter_a_fact(self, desk):
        desk.place({})
        desk.pay(("A1", "2026-12-01", "500.00", "还款", "L1"))
        run = desk.pay(("A1", "2026-12-01", "501.00", "还款", "L1"))
        assert (run["refused"], run["faults"][0]["code"]) == (1, "changed_entry")
        assert desk.case()["outstanding_fen"] == 1_150_000

    def test_still_counts_after_a_placement_came_again(self, desk):
        desk.place({})
        desk.pay(("A1", "2026-12-01", "500.00", "还款", "L1"))
        desk.place({"利息": "901", "委案金额": "12001"})
        assert desk.case()["outstanding_fen"] == 1_200_100 - 50_000

    def test_does_not_count_twice_what_a_later_placement_contains(self, desk):
        desk.place({})
        desk.pay(("A1", "2026-12-01", "500.00", "还款", "L1"))
        desk.place({"本金余额": "10500", "委案金额": "11500"}, title="数据截至 2026年12月31日")
        assert desk.case()["outstanding_fen"] == 1_150_000

    def test_does_not_reach_another_creditors_case(self, desk, other_desk):
        desk.place({})
        run = other_desk.pay(("A1", "2026-12-01", "500.00", "还款", "L1"))
        assert (run["refused"], run["changes"]["created"]) == (1, 0)
        assert desk.case()["outstanding_fen"] == 1_200_000

    def test_downloads_what_was_refused(self, desk):
        run = desk.pay(("B9", "2026-12-03", "1.00", "还款", "L4"))
        answer = desk.caller.get(f"/v1/payments/imports/{run['id']}/faults.xlsx")
        rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
        assert rows[1][0] == "B9"
        assert desk.caller.get(f"/v1/payments/imports/{run['id']}").json["id"] == run["id"]
        assert desk.caller.get("/v1/payments/imports").json["total"] == 1


class TestWaiting:
    EARLY = ("B9", "2026-12-03", "1000.00", "还款", "L4")

    def waiting(self, desk):
        return desk.caller.get("/v1/payments/waiting").json["items"]

    def test_entries_of_a_case_not_placed_yet_are_kept_and_count_when_it_comes(self, desk):
        desk.place({})
        run = desk.pay(self.EARLY)
        assert (run["changes"]["created"], run["changes"]["waiting"], run["refused"]) == (0, 1, 1)
        (row,) = self.waiting(desk)
        assert (row["case_no"], row["amount_fen"], row["reference"]) == ("B9", 100_000, "L4")
        desk.place(SECOND | {"案件序列号": "B9"})
        assert self.waiting(desk) == []
        assert desk.case("B9")["outstanding_fen"] == 1_200_000 - 100_000

    def test_the_same_feed_again_keeps_them_once_and_counts_them_once(self, desk):
        desk.place({})
        desk.pay(self.EARLY)
        assert desk.pay(self.EARLY)["changes"]["waiting"] == 0
        desk.place(SECOND | {"案件序列号": "B9"})
        assert desk.pay(self.EARLY)["changes"]["unchanged"] == 1
        assert desk.case("B9")["outstanding_fen"] == 1_200_000 - 100_000

    def test_an_entry_with_another_fault_is_not_kept(self, desk):
        desk.place({})
        assert desk.pay(("B9", "2026-12-03", "", "还款", "L4"))["changes"]["waiting"] == 0
        assert self.waiting(desk) == []

    def test_another_creditors_case_of_that_number_gets_nothing(self, desk, other_desk):
        desk.place({})
        other_desk.pay(self.EARLY)
        desk.place(SECOND | {"案件序列号": "B9"})
        assert desk.case("B9")["outstanding_fen"] == 1_200_000
        assert len(self.waiting(other_desk)) == 1


class TestSeveralDebts:
    def share(self, desk, case_no="A1", **query):
        asked = {"amount_fen": 1_500_000, "paid_on": "2026-12-01"} | query
        return desk.caller.get(f"/v1/cases/{desk.case(case_no)['id']}/allocation/several", query_string=asked).json

    def test_go_to_the_first_due_and_then_to_the_next(self, desk):
        desk.place({}, {"案件序列号": "A2", "首次逾期日": "2026-01-11"})
        told = self.share(desk)
        assert [(one["case_no"], one["amount_fen"]) for one in told["shares"]] == [("A1", 1_200_000), ("A2", 300_000)]
        assert (told["shares"][0]["article"], told["left_fen"]) == ("民法典 560", 0)

    def test_go_to_the_one_the_debtor_named(self, desk):
        desk.place({}, {"案件序列号": "A2", "首次逾期日": "2026-01-11"})
        told = self.share(desk, "A2", is_designated=True)
        assert next((one["case_no"], one["zh"][:5]) for one in told["shares"]) == ("A2", "债务人指定")

    def test_leave_out_other_people_and_say_what_is_beyond(self, desk):
        desk.place({}, SECOND)
        told = self.share(desk)
        assert ([one["case_no"] for one in told["shares"]], told["left_fen"]) == (["A1"], 300_000)
