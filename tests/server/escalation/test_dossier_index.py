from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from receipts import evidence_index
from receipts.evidence_index import ClaimFacts, LitigantFacts
from receipts.facts import SealFacts
from server.escalation.demands import DemandCheck, Moment
from server.escalation.dossier_index import CourtCase, cause_of, evidence_items, index_facts
from server.escalation.held import HeldFile, HeldPaper, HeldRecord, HeldVisit, Holdings, Lack
from sync.envelope import Record

AT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
VISIT = UUID(int=1)


def record(kind, seq, visit_id=VISIT):
    made = Record(
        id=str(UUID(int=seq)), env="{}", hash=f"{seq:064x}", sig="", alg="Ed25519", device="d", seq=seq, prev="0" * 64,
        type=kind, subject="", device_time="",
    )  # fmt: skip
    return HeldRecord(made, visit_id, "方外访", AT, AT)


HELD = Holdings(
    visits=(HeldVisit(VISIT, AT, ("方外访", "罗外访"), 1, "A", "sealed"),),
    records=(record("check_in", 1), record("outcome", 2), record("promise", 3), record("newer_type", 4, None)),
    files=(
        HeldFile(str(UUID(int=7)), "r", "image/jpeg", "e" * 64, "door", AT, "方外访"),
        HeldFile(str(UUID(int=8)), "r", "audio/mp4", "f" * 64, "other", None, "方外访"),
    ),
    papers=(HeldPaper("visit_receipt", "HZ-20261202-0007-4", "c" * 64, 2, AT, is_superseded=True),),
    keys={},
    lacks=(Lack("contract_documents", "合同与放款凭证（待委托方提供原件）"),),
)
CASE = CourtCase(
    "WH-1", "信用卡", LitigantFacts("某行", "法人"), LitigantFacts("测试甲", "自然人"), (ClaimFacts("本金", 5_830_000),)
)
SEAL = SealFacts("ML-20261203-0001-1", AT, "测试公司", "http://localhost/verify/x")


def facts(held=HELD, checks=()):
    moments = (Moment(date(2025, 9, 27), "到期", "时效起算"),)
    return index_facts(CASE, held, seal=SEAL, moments=moments, checks=checks, conditions="运行期间无异常。")


class TestEvidenceItems:
    def test_lists_papers_records_and_originals(self):
        names = [item.name for item in evidence_items(HELD)]
        assert names == [
            "到访回执单 HZ-20261202-0007-4", "到场记录（序号 1）", "外访结果记录（序号 2）", "还款承诺记录（序号 3）",
            "newer_type（序号 4）", "照片：门口（00000007）", "录音录像：其他（00000008）",
        ]  # fmt: skip

    def test_says_who_obtained_each_when_and_its_fingerprint(self):
        item = evidence_items(HELD)[1]
        assert (item.obtained_by, item.obtained_at, item.sha256) == ("方外访", AT, f"{1:064x}")

    def test_tells_the_outcome_with_its_grade(self):
        assert evidence_items(HELD)[2].gist == "第 1 次外访：见本人-承诺；证据等级 A"

    def test_counts_the_pages_of_papers_only(self):
        assert [item.pages for item in evidence_items(HELD)] == ["2 页", *[""] * 6]

    def test_says_when_a_paper_was_replaced(self):
        assert evidence_items(HELD)[0].gist == "已被新版替代"


class TestIndexFacts:
    def test_prints_as_a_paper_with_its_gaps_flagged(self):
        made = evidence_index.render(facts())
        assert made.flags == ("missing-item 合同与放款凭证（待委托方提供原件）",)
        assert evidence_index.render(facts()).pdf == made.pdf

    def test_says_when_a_check_cannot_be_told(self):
        (check,) = facts(checks=(DemandCheck("x", "满三个月", None),)).collection_checks
        assert (check.passed, check.note) == (False, "（尚不能判断）")


class TestCauseOf:
    @pytest.mark.parametrize(("product", "cause"), [
        ("信用卡", "信用卡纠纷"), ("建材货款", "买卖合同纠纷"), ("个人消费贷", "金融借款合同纠纷"), ("", "合同纠纷"),
    ])  # fmt: skip
    def test_starts_from_the_product(self, product, cause):
        assert cause_of(product) == cause


def test_says_how_the_system_ran_below_the_statement_of_integrity():
    assert facts().integrity_note.endswith("运行期间无异常。")
