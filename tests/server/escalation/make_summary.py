"""Facts of a scheme's days, for the pure parts of the summary."""

from datetime import UTC, date, datetime
from uuid import UUID

from server.cases.limitation import EvidenceGrade
from server.escalation.seen import PaperSeen, PhoneSeen, PromiseSeen, SchemeSeen, StopSeen, VisitSeen


def visit(number, outcome, *, hour=2, grade=EvidenceGrade.D, met="", **changes):
    facts = {
        "id": UUID(int=1000 + number), "arrived_at": datetime(2026, 12, 2, hour, tzinfo=UTC), "outcome": outcome,
        "met": met, "state": "sealed", "grade": grade, "has_restarted": False, "is_complete": True,
        "record_ids": (UUID(int=5000 + number),),
    }  # fmt: skip
    return VisitSeen(**facts | changes)


def stop(number, *visits, **changes):
    facts = {
        "id": UUID(int=number), "case_id": UUID(int=100 + number), "case_no": f"WH-{number}",
        "debtor_name": f"测试{number}", "crew": "一组", "is_planned": True, "owed_fen": 6_438_675, "overdue_days": 431,
        "unpaid_days": 431, "broken_promises": 0, "visits": visits,
    }  # fmt: skip
    return StopSeen(**facts | changes)


def scheme(*stops, phones=()):
    return SchemeSeen(
        id=UUID(int=9), serial="FA-20261202-0001-1", state="dispatched", area="福田区", dates=(date(2026, 12, 2),),
        crews=("一组（方、罗）",), stops=stops, phones=phones,
    )  # fmt: skip


def paper(number, state, kind="account_statement"):
    return PaperSeen(UUID(int=6000 + number), kind, state)


def promise(number, total_fen):
    return PromiseSeen(UUID(int=7000 + number), UUID(int=7500 + number), total_fen)


def phone(number, unsent):
    return PhoneSeen(UUID(int=8000 + number), f"phone {number}", unsent)


def full_day():
    """Return a scheme with one stop per kind of end."""
    return scheme(
        stop(1, visit(1, 1, grade=EvidenceGrade.A, met="debtor", has_restarted=True,
                      papers=(paper(1, "signed_by_debtor"), paper(2, "signed_by_debtor", "visit_receipt")),
                      promises=(promise(1, 2_000_000),))),
        stop(2, visit(2, 3, met="debtor", papers=(paper(3, "refused_witnessed"),)), broken_promises=2),
        stop(3, visit(3, 6, grade=EvidenceGrade.B, met="co_resident_adult",
                      papers=(paper(4, "signed_by_relative", "dunning_letter"),))),
        stop(4, visit(4, 7, missing_file_ids=(UUID(int=4444),), is_complete=False)),
        stop(5, visit(5, 11, incident_ids=(UUID(int=5555),))),
        stop(6, visit(6, 14)),
        stop(7, left_out="现场跳过"),
        stop(8, is_planned=False, left_out="当日时间不足"),
        stop(9, visit(9, 3, met="debtor"), stop_kinds=("投诉",), complaint_ids=(UUID(int=9999),), broken_promises=5),
        phones=(phone(1, 0), phone(2, 4), phone(3, None)),
    )  # fmt: skip
