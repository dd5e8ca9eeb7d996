"""Issued papers (单据): drawing serials, sealing the PDF and filing it under its hash, finding it again."""

import hashlib
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from receipts import serials
from receipts.facts import Paper as Rendered
from receipts.facts import SealFacts
from receipts.serials import PaperKind
from server import clock, config, paper_seal
from server.cases import print_gate
from server.cases.models import Paper, SerialCounter
from server.db import db
from server.media import store
from server.transparency import leaves, reading
from sync.leaf import Kind


def draw_serial(kind: PaperKind, *, on: date) -> str:
    """Draw the next serial of a kind of paper on a day; the counter stays locked until the end of the transaction."""
    day = f"{on:%Y%m%d}"
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    db.session.execute(
        insert(SerialCounter)
        .values(id=clock.new_id(), created_at=clock.now(), prefix=kind.value, day=day, last=0)
        .on_conflict_do_nothing(index_elements=["prefix", "day"])
    )
    counter = db.session.scalars(
        select(SerialCounter)
        .where(SerialCounter.prefix == kind.value, SerialCounter.day == day)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    counter.last += 1
    return serials.make(kind, on=on, number=counter.last)


def seal_facts(serial: str, *, at: datetime, version: int = 1) -> SealFacts:
    """Return what stands on every page: the firm, the time, the serial, where it can be verified, and the log's head.

    The head is the newest that was signed by `at`, so the same paper made again later says the same.
    """
    settings = config.current()
    log_size, log_root = reading.head(at=at)
    return SealFacts(
        serial=serial,
        generated_at=at,
        firm_name=settings.firm.name,
        verify_url=f"{settings.public_url}/verify/{serial}",
        version=version,
        log_size=log_size,
        log_root=log_root,
    )


def file_paper(
    rendered: Rendered,
    *,
    facts: object,
    kind: str,
    serial: str,
    template_version: str,
    at: datetime,
    creditor_id: UUID | None = None,
    case_id: UUID | None = None,
    subject_id: UUID | None = None,
    version: int = 1,
) -> Paper:
    """Ask the rules about a paper's facts, seal what was rendered of them, keep and log it, and add its row.

    Raises GateClosed when a rule stands against it, and HalfConfigured without a usable seal.
    """
    ruling = print_gate.ask(
        kind, facts, creditor_id=creditor_id, case_id=case_id, on=at.astimezone(clock.SHANGHAI).date()
    ).require()  # fmt: skip
    paper = Paper(
        id=clock.new_id(),
        kind=kind,
        serial=serial,
        creditor_id=creditor_id,
        case_id=case_id,
        subject_id=subject_id,
        version=version,
        template_version=template_version,
        compliance=ruling.as_json(),
    )
    seal_paper(paper, rendered, at=at)
    db.session.add(paper)
    return paper


def seal_paper(paper: Paper, rendered: Rendered, *, at: datetime) -> None:
    """Seal what was rendered for a paper, keep it and log it: what leaves the house is the sealed file and no other.

    Raises HalfConfigured without a usable seal.
    """
    is_first, sealed = not paper.sha256, paper_seal.current().seal(rendered.pdf, at=at)
    paper.sha256, paper.seal_level = store().put(sealed.pdf), sealed.level.value
    paper.stamped_sha256 = ""
    paper.unsealed_sha256 = hashlib.sha256(rendered.pdf).hexdigest()
    paper.fingerprint, paper.issued_at = rendered.fingerprint, at
    paper.flags = [*rendered.flags]
    ref = f"paper:{paper.serial}" + ("" if is_first else f":{paper.sha256[:16]}")  # each issue has a leaf of its own
    leaves.note(Kind.PAPER, ref, digest=paper.sha256, at=at, case_id=paper.case_id)


def find_paper(kind: str, *, subject_id: UUID, version: int) -> Paper | None:
    """Return the newest paper of a kind about one version of a thing, None when none was issued."""
    return db.session.scalar(
        select(Paper)
        .where(Paper.kind == kind, Paper.subject_id == subject_id, Paper.version == version, Paper.state == "issued")
        .order_by(Paper.id.desc())
        .limit(1)
    )
