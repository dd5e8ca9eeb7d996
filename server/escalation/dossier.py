"""The dossier (法务移送卷宗) of a case decided for court: index, records, originals, papers, keys, packed by `sync`.

The same facts give the same bytes: the index paper is issued once per content, and the bag takes its day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from receipts import evidence_index
from receipts.evidence_index import AttachedFacts, ClaimFacts, EvidenceIndexFacts, LitigantFacts
from receipts.facts import fingerprint
from receipts.serials import PaperKind
from server import config, media, paper_seal
from server.accounts.models import Creditor
from server.audit import AuditEvent
from server.cases import ledger, papers, sealing, timeline
from server.cases.models import Case, Paper
from server.db import db, fetch
from server.escalation import conditions, logged
from server.escalation.demands import PROOF_ZH, DemandCheck, Moment, demand_checks
from server.escalation.demands import timeline as demand_timeline
from server.escalation.dossier_index import CourtCase, index_facts
from server.escalation.held import Holdings, Lack
from server.escalation.holdings import gather
from server.escalation.models import Escalation
from server.escalation.proofs import demands_of
from server.transparency import leaves
from server.visits.assembly import local_day
from server.visits.papers.receipt import SUPERSEDED
from sync import bag, envelope, verify
from sync import dossier as packing
from sync.canonical import canonical, sha256_hex
from sync.leaf import Kind

KIND = "evidence_index"
TEMPLATE_VERSION = "evidence-index-1"
ADDRESS_ORDER = ("registered", "home", "delivery", "work", "other")


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything a dossier is made from, as it is known now."""

    case: Case
    escalation: Escalation
    court: CourtCase
    held: Holdings
    moments: tuple[Moment, ...]
    checks: tuple[DemandCheck, ...]
    conditions: dict[str, Any]

    def facts(self, paper: Paper) -> EvidenceIndexFacts:
        """Return what the index says under the serial, time and version of an index paper."""
        return self.facts_under(paper.serial, at=paper.issued_at, version=paper.version)

    def facts_under(self, serial: str, *, at: datetime, version: int) -> EvidenceIndexFacts:
        """Return what the index says under a serial."""
        seal = papers.seal_facts(serial, at=at, version=version)
        said = conditions.words_zh(self.conditions)
        told = index_facts(self.court, self.held, seal=seal, moments=self.moments, checks=self.checks, conditions=said)
        return replace(told, attached=tuple(AttachedFacts(*one) for one in attached(self).items()))


def brief(case: Case, escalation: Escalation) -> Brief:
    """Gather a case for court. The clock is read on the day of the decision, so that a second building is the same."""
    if escalation.decided_at is None:
        raise ValueError(f"escalation {escalation.id} is not decided")
    day = local_day(escalation.decided_at)
    held = gather(case)
    demands = demands_of(case.id)
    names = {f"visit:{visit.id}": f"外访 {number}" for number, visit in enumerate(held.visits, start=1)}
    paid_on = [entry.booked_on for entry in ledger.entries_of([case.id])[case.id] if entry.amount_fen > 0]
    clock = timeline.clock_of(case, today=day)
    return Brief(
        case=case,
        escalation=escalation,
        court=court_case(case),
        held=replace(held, lacks=(*held.lacks, *(Lack(code, PROOF_ZH[code]) for code in clock.missing_proof))),
        moments=demand_timeline(clock, names=names),
        checks=demand_checks(demands, due_on=timeline.due_day(case), paid_on=paid_on, today=day),
        conditions=conditions.statement(
            [UUID(one.record.id) for one in held.records], decided_at=escalation.decided_at
        ),
    )


def court_case(case: Case) -> CourtCase:
    """Return the parties and the claim. Raises SealBroken."""
    creditor, left = fetch(Creditor, case.creditor_id), ledger.balance_of(case).remaining
    as_of = f"委托方账务，截至 {case.as_of.isoformat()}" if case.as_of else "委托方账务"
    claims = (
        ("本金", left.principal_fen), ("利息", left.interest_fen), ("罚息", left.penalty_interest_fen),
        ("违约金", left.penalty_fen), ("费用", left.fees_fen),
    )  # fmt: skip
    addresses = sorted(case.addresses, key=lambda one: (ADDRESS_ORDER.index(one.kind), str(one.id)))
    is_person = case.debtor.kind == "person"
    return CourtCase(
        case_no=case.case_no,
        product=case.product,
        creditor=LitigantFacts(creditor.name, "法人", id_no=creditor.credit_code, phone=creditor.contact),
        debtor=LitigantFacts(
            case.debtor.name,
            "自然人" if is_person else "法人",
            id_no=f"尾号 {case.debtor.id_last4}" if case.debtor.id_last4 else "",
            address=sealing.address_text(addresses[0]) if addresses else "",
            phone=sealing.phone(case.debtor),
        ),
        claims=tuple(ClaimFacts(name, amount_fen, as_of) for name, amount_fen in claims if amount_fen),
    )


def last_index(case_id: UUID) -> Paper | None:
    """Return the newest index paper of a case."""
    query = select(Paper).where(Paper.kind == KIND, Paper.case_id == case_id)
    return db.session.scalar(query.order_by(Paper.version.desc()).limit(1))


def index_in_force(found: Brief) -> Paper | None:
    """Return the index paper that says exactly what is known now, None when a new one must be issued."""
    paper = last_index(found.case.id)
    return paper if paper is not None and fingerprint(found.facts(paper)) == paper.fingerprint else None


def issue_index(found: Brief, *, at: datetime, on: date) -> Paper:
    """Issue the next version of the index; the one before stays and says so. Needs the write transaction."""
    before = last_index(found.case.id)
    version = before.version + 1 if before else 1
    if before is not None:
        before.state = SUPERSEDED
    serial = papers.draw_serial(PaperKind.EVIDENCE_INDEX, on=on)
    facts = found.facts_under(serial, at=at, version=version)
    for one in facts.attached:  # before the paper: a leaf left out is then missing in the middle of the case's chain
        ref = packing.attached_name(serial, one.name).replace("-", ":", 1)
        leaves.note(Kind.ATTACHED, ref, digest=one.sha256, at=at, case_id=found.case.id)
    return papers.file_paper(
        evidence_index.render(facts),
        facts=facts,
        kind=KIND,
        serial=serial,
        template_version=TEMPLATE_VERSION,
        at=at,
        creditor_id=found.case.creditor_id,
        case_id=found.case.id,
        subject_id=found.escalation.id,
        version=version,
    )


def pack(found: Brief, index: Paper) -> bytes:
    """Return the dossier as a ZIP. Raises StorageFails."""
    out = BytesIO()
    with TemporaryDirectory() as folder:
        contents = _contents(found, index, within=Path(folder))
        packing.pack(contents, into=out, name=f"dossier-{found.case.id}", info=bag_info(found, index))
    return out.getvalue()


def _contents(found: Brief, index: Paper, *, within: Path) -> Mapping[str, bag.Content]:
    """Return what goes into the bag; files that lie on another machine are copied into a folder."""
    held, store = found.held, media.store()
    log = logged.of_case(found.case.id, [one.record.id for one in held.records])

    def at(sha256: str) -> Path:
        return store.file(sha256, within=within)

    return packing.contents(
        packing.Dossier(
            about=about(found, index),
            records=[
                packing.LoggedRecord(
                    one.record, envelope.write_time(one.received_at), *log.records.get(one.record.id, (None, None))
                )
                for one in held.records
            ],
            keys=held.keys,
            files=[packing.BoundFile(one.id, one.record_id, one.mime, at(one.sha256)) for one in held.files],
            papers=[
                packing.Paper(f"00-{index.serial}", KIND, index.serial, at(index.sha256)),
                *(packing.Paper(one.serial, one.kind, one.serial, at(one.sha256)) for one in held.papers),
                *(packing.Paper(name, kind, name, at(sha256)) for name, kind, sha256 in stamped_papers(held)),
            ],
            log=log.head,
            stamps=log.stamps,
            case_key=log.case_key,
            leaves=log.others,
            extra=extras(found),
        )
    )


def stamped_papers(held: Holdings) -> Iterator[tuple[str, str, str]]:
    """Yield (name, kind, SHA-256) of papers with the authority's time in their seals, named as their leaf."""
    for one in held.papers:
        if one.stamped_sha256 is not None:
            yield f"{one.serial}-{one.stamped_sha256[:16]}", one.kind, one.stamped_sha256


def bag_info(found: Brief, index: Paper) -> Mapping[str, str]:
    """Return what bag-info.txt says. Source: RFC 8493 §2.2.2."""
    return {
        "Source-Organization": config.current().firm.name,
        "Bagging-Date": local_day(index.issued_at).isoformat(),
        "External-Identifier": index.serial,
        "Internal-Sender-Identifier": found.case.case_no,
    }


def about(found: Brief, index: Paper) -> dict[str, Any]:
    """Return what index.json says of the case."""
    decided = found.escalation
    return {
        "case_id": str(found.case.id),
        "case_no": found.case.case_no,
        "creditor": found.court.creditor.name,
        "escalation_id": str(decided.id),
        "decision": decided.decision,
        "decided_at": envelope.write_time(decided.decided_at) if decided.decided_at else "",
        "index_serial": index.serial,
        "missing": len(found.held.lacks),
    }


def extras(found: Brief) -> dict[str, bytes]:
    """Return what lies beside records and papers: decision, timeline, lacks, audit, how the system ran, the roots."""
    decided, root = found.escalation, paper_seal.current().root_pem()
    decision = {
        "proposal": decided.proposal, "reasons": decided.reasons, "evidence": decided.evidence,
        "opinion": decided.opinion, "opinion_text": decided.opinion_text, "readiness": decided.readiness,
        "decision": decided.decision, "decision_reasons": decided.decision_reasons, "limits": decided.limits,
        "people": [_name(one) for one in (decided.proposer, decided.adviser, decided.decider)],
    }  # fmt: skip
    return (
        {
            "decision.json": canonical(decision),
            "timeline.json": canonical([asdict(one) | {"on": one.on.isoformat()} for one in found.moments]),
            "missing.json": canonical([asdict(one) for one in found.held.lacks]),
            "audit.json": canonical(audit_trail(found)),
            "system.json": canonical(found.conditions),
        }
        | ({"seal-root.pem": root} if root is not None else {})
        | _tsa_root()
    )


def attached(found: Brief) -> dict[str, str]:
    """Return name → SHA-256 of what lies beside records and papers."""
    return {name: sha256_hex(content) for name, content in sorted(extras(found).items())}


def _tsa_root() -> dict[str, bytes]:
    settings = config.current().seal
    return {packing.TSA_ROOT: settings.tsa_root_file.read_bytes()} if settings.tsa_url else {}


def _name(person: Any) -> str:
    return person.name if person is not None else ""


def audit_trail(found: Brief) -> list[dict[str, Any]]:
    """Return the office's actions on the case and its visits up to the decision, with their chained hashes."""
    subjects = [
        f"case:{found.case.id}", f"escalation:{found.escalation.id}",
        *(f"visit:{visit.id}" for visit in found.held.visits),
        *(f"paper:{paper.serial}" for paper in found.held.papers),
    ]  # fmt: skip
    query = select(AuditEvent).where(
        AuditEvent.subject.in_(subjects),
        or_(AuditEvent.at <= found.escalation.decided_at, AuditEvent.subject == subjects[1]),
    )
    return [
        event.body() | {"prev": event.prev, "hash": event.hash}
        for event in db.session.scalars(query.order_by(AuditEvent.seq))
    ]


def report_of(found: Brief, index: Paper, sha256: str) -> dict[str, Any]:
    """Return what the building found: the counts, what is missing, and our own verification of the finished file."""
    with TemporaryDirectory() as folder:
        verdict = verify.verify(media.store().file(sha256, within=Path(folder)))
    held = found.held
    return {
        "decision": found.escalation.decision,
        "index_serial": index.serial,
        "visits": len(held.visits),
        "records": len(held.records),
        "files": len(held.files),
        "papers": len(held.papers) + 1,
        "missing": [asdict(lack) for lack in held.lacks],
        "verified": verdict.is_ok,
        "checks": [{"name": one.name, "ok": one.is_ok, "found": list(one.found)} for one in verdict.checks],
        "not_proven": list(verdict.not_proven),
    }
