"""Every paper at its hardest, to be looked at: `DOORSTEP_GALLERY=folder pytest tests/receipts/test_gallery.py`.

A name of four lines, 900 million, twelve instalments, six photos, a refusal, and optional fields left empty. Nothing
may be cut or flagged but what is really missing; each page is written as PNG beside its PDF.
"""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from receipts import promise, visit_scheme, visit_summary
from receipts.evidence_index import LitigantFacts
from receipts.facts import PartyFacts, SignatureFacts, SignatureState
from receipts.visit_receipt import WhoMet
from tests.receipts import reading, sample

NAME = "买买提吐尔逊·阿不都热合曼·" * 7 + "冯兰𬱖"
PARTY = PartyFacts(NAME, "071X")
DEBT = replace(sample.DEBT, principal_fen=90_000_000_000, interest_fen=1, penalty_fen=2, default_fen=3, fees_fen=4)
TOTAL = "900,000,000.10"
REFUSED = SignatureFacts(NAME, SignatureState.REFUSED, signed_at=sample.ARRIVED_AT, reason="不认可金额，拒绝签字")
PHOTOS = tuple(sample.photo(number, sample.photo_bytes(colour=(40 * number, 90, 120))) for number in range(1, 7))
YEAR = tuple(
    promise.InstalmentFacts(n, date(2027, n, 25), 7_500_000_000 + (10 if n == 12 else 0)) for n in range(1, 13)
)
FIGURE = visit_summary.Figure(1, ("V-0001",), 90_000_000_010)
HARD = {
    "visit_receipt": {"debtor": PARTY, "debt": DEBT, "met_name": NAME, "outcome": 3, "photos": PHOTOS,
                      "signature": REFUSED, "documents": (), "agreement": "", "met_relation": ""},
    "account_statement": {"debtor": PARTY, "debt": DEBT, "opening_fen": DEBT.total_fen(), "payee": None,
                          "interest_note": "", "signature": REFUSED},
    "dunning_letter": {"addressee": PARTY, "debt": DEBT, "contract_signed_on": None, "contract_terms": "",
                       "payee": None, "signature": REFUSED},
    "lawyers_letter": {"addressee": PARTY, "debt": DEBT, "case_no": "", "received": REFUSED},
    "promise": {"debtor": PARTY, "debt": DEBT, "instalments": YEAR, "service_address": "", "payee": None},
    "visit_scheme": {"lines": tuple(
        visit_scheme.SchemeLineFacts(f"WH2026-{n:06d}", NAME, 90_000_000_000, "门牌", "逾期 431 天（25 分）")
        for n in range(3)), "safety_note": "", "travel_method": ""},
    "route_sheet": {"routes": (replace(sample.route_sheet(30).routes[0], calls=tuple(
        replace(call, debtor_name=NAME, address=NAME) for call in sample.route_sheet(30).routes[0].calls)),),
                    "safety_note": "900,000,000."},
    "visit_summary": {"figures": visit_summary.SummaryFigures(promises=FIGURE, unaccounted_papers=FIGURE),
                      "lines": (visit_summary.VisitLineFacts("WH2026-000001", NAME, "见本人-拒绝", "", ""),),
                      "poor_credit": (), "conclusion": "", "requests": ""},
    "evidence_index": {"debtor": LitigantFacts(NAME, "自然人"), "court": "",
                       "claims": (sample.evidence_index.ClaimFacts("本金", 90_000_000_000),)},
    "deletion_certificate": {"creditor": NAME, "files_sha256": "", "kept": NAME, "erased": (
        sample.deletion_certificate.ErasedFacts("900,000,000.", 90_000_000_000),)},
    "breach_notice": {"contact": "900,000,000.", "device_label": NAME, "last_contact_at": None, "unsent_count": None,
                      "packs": (sample.breach_notice.PackFacts("FA-20261201-0001-4", "2026-12-02", sample.ARRIVED_AT,
                                                               tuple(f"WH2026-{n:06d}" for n in range(60))),)},
}  # fmt: skip
FLAGGED = {"visit_summary": ("unaccounted serials", "figures met more than completed")}
FOUR_LINES = {"visit_receipt", "account_statement", "dunning_letter", "lawyers_letter", "promise"}


@pytest.fixture
def wall(tmp_path):
    """The folder the gallery hangs in."""
    folder = Path(os.environ.get("DOORSTEP_GALLERY") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("name", sample.EVERY_PAPER)
def test_hangs_every_paper_at_its_hardest(name, wall):
    render, facts = sample.EVERY_PAPER[name]
    paper = render(facts(**HARD[name]))
    (wall / f"{name}.pdf").write_bytes(paper.pdf)
    for number in range(paper.pages):
        picture = reading.picture(paper.pdf, number)
        picture.save(wall / f"{name}-{number + 1}.png")
        assert reading.ink_share(picture, (60, 118, 540, 200)) > 0.005, "a page without words"
    text = reading.text_of(paper.pdf)
    assert reading.squeezed(NAME) in text or name not in FOUR_LINES
    assert "900,000,000." in text
    assert set(paper.flags) <= set(FLAGGED.get(name, ()))
    assert render(facts(**HARD[name])).pdf == paper.pdf


def test_hangs_a_receipt_for_somebody_else_without_a_word_of_debt(wall):
    hard = HARD["visit_receipt"] | {"met": WhoMet.CO_RESIDENT_ADULT, "outcome": 6, "met_name": "某母"}
    paper = sample.EVERY_PAPER["visit_receipt"][0](sample.receipt(**hard))
    reading.picture(paper.pdf).save(wall / "visit_receipt-relative.png")
    text = reading.text_of(paper.pdf)
    assert TOTAL not in text
    assert reading.squeezed(NAME)[:4] not in text.partition("签收人")[0]
