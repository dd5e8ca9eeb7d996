"""The visit summary on paper: the facts of its PDF, and its issue, once per content.

The paper names things by the last eight characters of their ids; the household table and the workbook lead on.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from receipts import visit_summary
from receipts.facts import SealFacts, SignatureFacts, SignatureState, fingerprint
from receipts.serials import PaperKind
from receipts.visit_summary import Figure as PrintedFigure
from receipts.visit_summary import PoorCreditFacts, SummaryFigures, VisitLineFacts, VisitSummaryFacts
from server.accounts.models import Person
from server.cases import papers
from server.cases.models import Paper
from server.db import db, fetch
from server.escalation.credit import RULE_VERSION
from server.escalation.models import CloseOut
from server.escalation.summary import Figure, Line, Summary
from server.escalation.summary_json import figure_json
from server.visits.papers.receipt import SUPERSEDED

KIND = "visit_summary"
TEMPLATE_VERSION = "visit-summary-1"
PRINTED = tuple(SummaryFigures.__dataclass_fields__)
TAIL = 8


def tail(row_id: object) -> str:
    """Return the last eight characters of an id, which are random in a UUIDv7."""
    return str(row_id)[-TAIL:]


def printed(figure: Figure) -> PrintedFigure:
    """Return a figure as it is printed."""
    return PrintedFigure(figure.count, tuple(ref.name or tail(ref.id) for ref in figure.refs), figure.amount_fen)


def printed_line(line: Line) -> VisitLineFacts:
    """Return a household as it is printed."""
    visit = line.visit
    records = tuple(tail(one) for seen in line.stop.visits for one in seen.record_ids)
    return VisitLineFacts(
        case_no=line.stop.case_no,
        debtor_name=line.stop.debtor_name,
        outcome=line.outcome_zh,
        evidence_grade=visit.grade.value if visit and visit.grade else "",
        advice=line.advice,
        records=(f"户 {tail(line.stop.id)}", *(f"访 {tail(seen.id)}" for seen in line.stop.visits), *records),
    )


def paper_facts(
    summary: Summary, *, seal: SealFacts, closing: CloseOut | None, closed_by: str, changes: list[dict[str, Any]]
) -> VisitSummaryFacts:
    """Return everything the paper says."""
    scheme = summary.scheme
    return VisitSummaryFacts(
        seal=seal,
        scheme_no=scheme.serial,
        start_on=scheme.dates[0],
        end_on=scheme.dates[-1],
        area=scheme.area,
        crews=scheme.crews,
        figures=SummaryFigures(**{code: printed(summary.figures[code]) for code in PRINTED}),
        lines=tuple(printed_line(line) for line in summary.lines),
        poor_credit=tuple(
            PoorCreditFacts(
                line.stop.case_no,
                line.stop.debtor_name,
                "；".join(ground.zh for ground in line.credit.grounds) + f"（规则 {RULE_VERSION}）",
            )
            for line in summary.very_poor
        ),
        conclusion=closing.conclusion if closing else "",
        requests=closing.requests if closing else "",
        supplement_note="；".join(worded(change) for change in changes),
        signature=SignatureFacts(closed_by, SignatureState.ELECTRONIC, signed_at=closing.closed_at)
        if closing
        else SignatureFacts(),
    )


def worded(change: Mapping[str, Any]) -> str:
    """Return one changed figure in words."""
    return f"{change['zh']} {change['before']} → {change['after']}"


def changes_since(closing: CloseOut | None, summary: Summary) -> list[dict[str, Any]]:
    """Return the figures that a late sync has changed since the close-out (补记)."""
    if closing is None:
        return []
    now = {code: figure_json(figure) for code, figure in summary.figures.items()}
    return [
        {"code": code, "zh": after["zh"], "before": before["count"], "after": after["count"]}
        | ({"before_fen": before["amount_fen"], "after_fen": after["amount_fen"]} if "amount_fen" in after else {})
        for code, after in now.items()
        if (before := closing.figures.get(code)) is not None and before != after
    ]


def closing_of(summary: Summary) -> CloseOut | None:
    """Return the close-out of the summary's scheme."""
    return db.session.scalar(select(CloseOut).where(CloseOut.scheme_id == summary.scheme.id))


def last_issued(summary: Summary) -> Paper | None:
    """Return the newest summary paper of the scheme."""
    query = select(Paper).where(Paper.kind == KIND, Paper.subject_id == summary.scheme.id)
    return db.session.scalar(query.order_by(Paper.version.desc()).limit(1))


def is_current(paper: Paper, summary: Summary) -> bool:
    """Tell whether an issued paper still says what is known."""
    seal = papers.seal_facts(paper.serial, at=paper.issued_at, version=paper.version)
    return fingerprint(_facts(summary, seal=seal)) == paper.fingerprint


def issue(summary: Summary, *, at: datetime, on: date) -> Paper:
    """Issue the next version of the summary paper; the one before stays and says so. Needs the write transaction."""
    before = last_issued(summary)
    version = before.version + 1 if before else 1
    serial = papers.draw_serial(PaperKind.VISIT_SUMMARY, on=on)
    facts = _facts(summary, seal=papers.seal_facts(serial, at=at, version=version))
    rendered = visit_summary.render(facts)
    if before is not None:
        before.state = SUPERSEDED
    return papers.file_paper(
        rendered, facts=facts, kind=KIND, serial=serial, template_version=TEMPLATE_VERSION, at=at,
        subject_id=summary.scheme.id, version=version,
    )  # fmt: skip


def _facts(summary: Summary, *, seal: SealFacts) -> VisitSummaryFacts:
    closing = closing_of(summary)
    closed_by = fetch(Person, closing.closed_by_id).name if closing else ""
    return paper_facts(
        summary, seal=seal, closing=closing, closed_by=closed_by, changes=changes_since(closing, summary)
    )
