"""The visit summary as page data: what the API answers and what a close-out keeps of what was seen. Pure."""

from typing import Any

from server.escalation.credit import published_rule
from server.escalation.summary import Figure, Line, Summary


def as_json(summary: Summary) -> dict[str, Any]:
    """Return the summary as page data."""
    scheme = summary.scheme
    return {
        "scheme_id": str(scheme.id),
        "serial": scheme.serial,
        "state": scheme.state,
        "area": scheme.area,
        "dates": [day.isoformat() for day in scheme.dates],
        "crews": list(scheme.crews),
        "met_per_mille": summary.met_per_mille,
        "figures": {code: figure_json(figure) for code, figure in summary.figures.items()},
        "lines": [line_json(line) for line in summary.lines],
        "very_poor_credit": [poor_json(line) for line in summary.very_poor],
        "very_poor_credit_rule": published_rule(),
    }


def figure_json(figure: Figure) -> dict[str, Any]:
    """Return one figure with every id it was counted from."""
    refs = [{"kind": ref.kind, "id": str(ref.id)} for ref in figure.refs]
    told: dict[str, Any] = {"zh": figure.zh, "unit": figure.unit.value, "count": figure.count, "refs": refs}
    return told if figure.amount_fen is None else told | {"amount_fen": figure.amount_fen}


def line_json(line: Line) -> dict[str, Any]:
    """Return one household with its visits and records."""
    stop, visit = line.stop, line.visit
    return {
        "stop_id": str(stop.id),
        "case_id": str(stop.case_id),
        "case_no": stop.case_no,
        "debtor_name": stop.debtor_name,
        "crew": stop.crew,
        "owed_fen": stop.owed_fen,
        "outcome": visit.outcome if visit else None,
        "outcome_zh": line.outcome_zh,
        "evidence_grade": visit.grade.value if visit and visit.grade else None,
        "promised_fen": sum(one.total_fen for seen in stop.visits for one in seen.promises),
        "advice": line.advice,
        "visit_ids": [str(one.id) for one in stop.visits],
        "visit_state": visit.state if visit else None,
        "record_ids": [str(one) for seen in stop.visits for one in seen.record_ids],
        "is_complete": all(seen.is_complete for seen in stop.visits),
    }


def poor_json(line: Line) -> dict[str, Any]:
    """Return one customer put up for decision, with the grounds."""
    return {
        "case_id": str(line.stop.case_id),
        "case_no": line.stop.case_no,
        "debtor_name": line.stop.debtor_name,
        "owed_fen": line.stop.owed_fen,
        "grounds": [{"code": one.code, "zh": one.zh} for one in line.credit.grounds],
        "visit_ids": [str(one.id) for one in line.stop.visits],
    }
