"""What a supervisor has to look at: flaws of shape, form and evidence, and what the rule pack says. Pure.

Nothing here refuses anything: the visit is stored whatever it says.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from field_forms import answers, outcomes
from field_forms.definitions import Form
from field_forms.outcomes import Proof, Who
from server.compliance import evaluate
from server.compliance.evaluate import Finding, RuleResult
from server.compliance.rulepack import Gate, RulePack
from server.visits import told
from server.visits.assembly import Assembled, local_day
from server.visits.told import Flaw, Settled, Told

MAX_FLAWS = 200
# Wording that no visit may use; a note that holds it goes to compliance. Source: docs/compliance.md §3.6 (4).
PHRASES = ("引导代偿", "让家人代还", "借钱还款", "以贷还贷")
PROOFS: Mapping[str, Proof] = {
    "met": Proof.MET, "disclosure": Proof.DISCLOSURE, "promise": Proof.PROMISE, "signed_paper": Proof.SIGNED_PAPER,
}  # fmt: skip
_TICKS = {
    "identity": "commissioned_by", "recording": "recording", "no_cash": "no_cash", "data_notice": "privacy",
    "objection_channel": "objection",
}  # fmt: skip
AMOUNT_PAPERS = frozenset({"account_statement", "dunning_letter", "lawyers_letter", "promise"})
NOTHING_TOLD = frozenset({8, 9, 10, 11, 12, 14})
"""Outcome codes that say nothing of the debt was told."""
_DANGERS = frozenset({"threat", "violence", "accident", "detained"})


def flaws(settled: Settled, visit: Assembled, *, form: Form | None) -> tuple[Flaw, ...]:
    """Return everything wrong with what the records say, at most 200; `form` is the one the visit was filled in."""
    found = [flaw for record in settled.records for flaw in told.flaws(record)]
    found += [flaw for record in settled.records for flaw in _phrases(record)]
    outcome = settled.last("outcome")
    if outcome is not None:
        found += [*form_flaws(outcome, visit, form=form), *_of_outcome(outcome, settled, visit)]
    found += [*_of_third_party(settled, visit), *_of_papers(settled, visit)]
    return tuple(found[:MAX_FLAWS])


def form_version(outcome: Told | None) -> str:
    """Return `id@version` of the form a visit was filled in, empty when there was none."""
    form = told.mapping(outcome.body, "form") if outcome else {}
    return f"{told.text(form, 'id', most=18)}@{told.text(form, 'version', most=20)}" if form else ""


def form_flaws(outcome: Told, visit: Assembled, *, form: Form | None) -> Iterator[Flaw]:
    """Yield what is wrong with the answers of the field form, judged by the very version they were given in."""
    given = told.mapping(outcome.body, "form")
    if not given:
        return
    if form is None:
        yield Flaw(outcome.id, "/form", "unknown_form", "系统中没有此表单版本")
        return
    if form.digest != given.get("digest"):
        yield Flaw(outcome.id, "/form/digest", "form_differs", "表单内容与发布版本不一致")
    answered = answers.check(form, given.get("answers"), today=local_day(outcome.told_at), language="zh")
    for flaw in answered.flaws:
        yield Flaw(outcome.id, f"/form/answers{flaw.pointer}"[:200], flaw.kind.value, flaw.message)
    for name, recorded in (("met", visit.met), ("outcome", str(visit.outcome))):
        if answered.answers.get(name, recorded) != recorded:
            yield Flaw(outcome.id, f"/form/answers/{name}", "differs_from_record", "与签名记录不一致")


def _phrases(record: Told) -> Iterator[Flaw]:
    note = told.text(record.body, "note", most=10_000)
    for phrase in PHRASES:
        if phrase in note:
            yield Flaw(record.id, "/note", "phrase", f"说明中出现禁用表述「{phrase}」，转合规")


def _of_outcome(outcome: Told, settled: Settled, visit: Assembled) -> Iterator[Flaw]:
    if visit.met and not outcomes.is_consistent(visit.outcome, visit.met):
        yield Flaw(outcome.id, "/code", "outcome_does_not_fit", "外访结果与会见人不符")
    if not visit.is_closed:
        return
    for proof in sorted(outcomes.missing(visit.outcome, present=present(settled, visit))):
        yield Flaw(outcome.id, "/code", f"missing_{proof.value}", "缺少此结果所需的记录")


def present(settled: Settled, visit: Assembled) -> frozenset[Proof]:
    """Return the kinds of evidence that are there; a photo counts as soon as its hash is signed."""
    found = {proof for kind, proof in PROOFS.items() if settled.last(kind)}
    outcome = settled.last("outcome")
    if outcome is not None and told.text(outcome.body, "note", most=10).strip():
        found.add(Proof.NOTE)
    if any(file.mime.startswith("image/") for file in visit.files):
        found.add(Proof.PHOTO)
    return frozenset(found)


def _of_third_party(settled: Settled, visit: Assembled) -> Iterator[Flaw]:
    """Debt and papers stay hidden from whoever does not owe. Source: docs/compliance.md §3.6 (2), (5)."""
    outcome, met = settled.last("outcome"), settled.last("met")
    delivered = visit.facts["delivered"]
    if visit.met == "third_party":
        if outcome is not None and delivered:
            yield Flaw(outcome.id, "/delivered", "third_party_disclosure", "不得向第三人交付文件")
        if met is not None and told.text(met.body, "name", most=1):
            yield Flaw(met.id, "/name", "third_party_named", "不记录第三人姓名")
    if visit.met == "co_resident_adult" and outcome is not None:
        if visit.facts["is_adult"] is not True and (delivered or visit.papers):
            yield Flaw(outcome.id, "/delivered", "minor_received", "代收人未确认成年")
        if any(not row["sealed"] for row in delivered):
            yield Flaw(outcome.id, "/delivered", "not_sealed", "代收文件必须密封")


def _of_papers(settled: Settled, visit: Assembled) -> Iterator[Flaw]:
    for paper in visit.papers:
        if paper.state.startswith("signed_") and paper.signature is None:
            yield Flaw(paper.record_id, "/strokes", "signature_absent", "没有笔迹")
    if visit.met and not outcomes.may_disclose(visit.met):
        for record in settled.of("promise"):
            yield Flaw(record.id, "/promisor", "promise_without_debtor", "未见债务人而有承诺")


def rule_results(settled: Settled, visit: Assembled, *, pack: RulePack) -> list[dict[str, Any]]:
    """Return what the rule pack says at check-out and at sync: what is broken in full, what is kept by its id."""
    facts = conduct(settled, visit)
    of_papers = [(str(record.id), signing(record, visit)) for record in settled.of("signed_paper")]
    return [
        {"gate": gate.value, **about, **_shown(result)}
        for gate in (Gate.CHECKOUT, Gate.SYNC)
        for about, given in [({}, facts), *(({"record_id": record_id}, one) for record_id, one in of_papers)]
        for result in evaluate.evaluate(pack, gate, given)
    ]


def _shown(result: RuleResult) -> dict[str, Any]:
    if result.finding is Finding.KEPT:
        return {"rule_id": result.rule_id, "finding": result.finding.value}
    return result.as_json()


def conduct(settled: Settled, visit: Assembled) -> dict[str, Any]:
    """Return the facts that the rules ask about, under the names of the rule pack."""
    found: dict[str, Any] = {"record": {"field_names": sorted(_names(settled))}}
    if visit.arrived_at and visit.left_at:
        found["visit"] = {
            "starts_at": visit.arrived_at.isoformat(),
            "ends_at": visit.left_at.isoformat(),
            "on": local_day(visit.arrived_at).isoformat(),
        }
    if visit.arrived_at:
        found["crew"] = {"checked_in_ids": [str(one) for one in visit.agents]}
    if visit.outcome is not None and visit.met != Who.THIRD_PARTY:  # who owes nothing is shown no authorisation
        found["door"] = _door(settled, visit)
    found["text"] = {"body": "\n".join(told.text(one.body, "note", most=10_000) for one in settled.records)}
    if visit.met == Who.THIRD_PARTY and (contact := _third_party(settled, visit)):
        found["contact"] = contact
    if visit.met == Who.CO_RESIDENT_ADULT and (visit.facts["delivered"] or visit.papers):
        found["recipient"] = _recipient(settled, visit)
    return found


def _third_party(settled: Settled, visit: Assembled) -> dict[str, Any]:
    """Return the facts of speaking to somebody who owes nothing; empty when the crew only left, as on the phone."""
    met = settled.last("met")
    body = met.body if met else {}
    judged = {
        "purpose": told.text(body, "purpose", most=24) or None,
        "told_of_debt": visit.outcome is not None and visit.outcome not in NOTHING_TOLD,
        "handed_over": [row["kind"] for row in visit.facts["delivered"]],
        "keeps_third_party_name": bool(told.text(body, "name", most=1)),
    }
    return {"with": visit.met, "channel": "agent_app", **judged} if any(judged.values()) else {}


def _recipient(settled: Settled, visit: Assembled) -> dict[str, Any]:
    met = settled.last("met")
    body = met.body if met else {}
    is_sealed = all(row["sealed"] for row in visit.facts["delivered"])
    return {
        "role": visit.met,
        "age": told.whole(body, "age"),
        "is_adult": visit.facts["is_adult"],
        "relation": "told" if told.text(body, "relation", most=1) else None,  # the words stay in the sealed record
        "is_sealed": is_sealed,
        "saw_content": not is_sealed,
    }


def signing(record: Told, visit: Assembled) -> dict[str, Any]:
    """Return the facts about one paper at the door: who was shown it, how it was signed and who saw that."""
    paper, state = told.mapping(record.body, "paper"), told.text(record.body, "state", most=24)
    kind = told.text(paper, "kind", most=24)
    photos = [one.sha256 for one in visit.files if one.shows == "delivered_paper"]
    return {
        "signature": {
            "state": state,
            "strokes": len(record.body.get("strokes") or ()),
            "has_recording": visit.facts["recording_started_at"] is not None,
            "witness_ids": [told.text(row, "agent", most=40) for row in told.rows(record.body, "witnesses")],
            "paper_photo_sha256": photos[0] if photos else None,
        },
        "paper": {
            "kind": kind,
            "reader_role": visit.met or None,
            "shows_amount": kind in AMOUNT_PAPERS and state not in {"signed_by_relative", "left_sealed", "void"},
        },
    }


def _door(settled: Settled, visit: Assembled) -> dict[str, Any]:
    met = settled.last("met")
    ticked = [_TICKS[name] for name, is_told in visit.facts["told"].items() if is_told]
    if visit.facts["credentials_shown"]:
        ticked += ["work_id", "authority"]
    dangers = {one["kind"] for one in visit.facts["incidents"]} & _DANGERS
    outcome = settled.last("outcome")
    delivered = told.rows(outcome.body, "delivered") if outcome else ()
    consent = met.id if met and told.text(met.body, "entry_consent_by", most=1) else None
    return {
        "ticked": ticked,
        "recording_state": "on" if visit.facts["recording_started_at"] else "off",
        "special": ["danger"] if dangers else [],
        "entered_private_place": visit.facts["place"] == "inside_with_consent",
        "entry_consent_id": str(consent) if consent else None,
        "outcome": visit.outcome,
        # The records have no way to say so; a phone that adds the member is taken at its word.
        "letter_posted": any(row.get("posted") is True for row in delivered),
    }


def _names(settled: Settled) -> set[str]:
    names: set[str] = set()
    level: list[Any] = [record.body for record in settled.records]
    while level:
        names |= {str(name)[:80] for part in level if isinstance(part, dict) for name in part}
        level = [
            child for part in level for child in (part.values() if isinstance(part, dict) else part)
            if isinstance(child, dict | list)
        ]  # fmt: skip
    return names
