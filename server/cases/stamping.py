"""Time stamps of an outside authority (时间戳): on the log's checkpoints, and inside the seals of papers.

The authority is asked in a job, while no transaction is open: a slow one keeps nobody waiting, a silent one makes the
job fail and is asked again. A checkpoint's stamp vouches for every leaf below it.
Source: RFC 3161; ETSI EN 319 142-1 (B-T); docs/evidence.md §1, §4.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography import x509
from sqlalchemy import select

from server import clock, config, jobs, tsa
from server.cases.models import Paper
from server.db import begin_write, db
from server.jobs import Job, JobState, Report
from server.media import BlobAbsent, store
from server.paper_seal import SealLevel
from server.transparency import leaves, stamps
from server.tsa import AuthoritySilent
from sync import stamp
from sync.leaf import Kind

KIND = "time_stamp"
OFFICE = UUID(int=0)
"""Owner of a job nobody asked for."""
CHECKPOINT_EVERY, ASK_EVERY = timedelta(hours=1), timedelta(minutes=5)
PAPERS_OF, MOST_PAPERS = timedelta(days=7), 50
Write = Callable[[], None]


def is_wanted() -> bool:
    """Tell whether an authority is named."""
    return bool(config.current().seal.tsa_url)


def ask(data: bytes) -> bytes:
    """Return the authority's reply about some bytes; ends the transaction under way first. Raises AuthoritySilent."""
    db.session.rollback()
    settings = config.current().seal
    roots = x509.load_pem_x509_certificates(settings.tsa_root_file.read_bytes())
    return tsa.ask(settings.tsa_url, data, roots=roots)


@jobs.chore
def want_stamps(at: datetime) -> int:
    """Enqueue the job that asks the authority when something waits; return 1 then. Needs a commit by the caller."""
    if not is_wanted():
        return 0
    size = _checkpoint_waiting(at)
    if not size and not _papers_waiting(at):
        return 0
    is_recent = (Job.created_at > at - ASK_EVERY) & (Job.created_at <= at)  # one ahead is of a clock put back
    is_under_way = Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    if db.session.scalar(select(Job.id).where(Job.kind == KIND, is_under_way | is_recent).limit(1)):
        return 0
    begin_write()
    jobs.enqueue(KIND, owner_id=OFFICE, checkpoint=size)
    return 1


@jobs.runs(KIND)
def stamp_waiting(args: dict[str, Any], report: Report) -> None:
    """Stamp a checkpoint, if one is named, and up to 50 papers. Raises AuthoritySilent when it got nothing."""
    at, got, silent = clock.now(), list[Write](), list[AuthoritySilent]()
    size, papers = args["checkpoint"], _papers_waiting(at)
    asks = [*([lambda: ask_for_checkpoint(size)] if size else []), *(_asking(paper_id, at) for paper_id in papers)]
    for number, one in enumerate(asks):
        if report(number / len(asks)):
            break
        try:
            got.append(one())
        except AuthoritySilent as fault:
            silent.append(fault)
            break
    begin_write()
    for write in got:
        write()
    if silent and not got:
        raise silent[0]


def _asking(paper_id: UUID, at: datetime) -> Callable[[], Write]:
    return lambda: ask_for_paper(paper_id, at=at)


def ask_for_checkpoint(size: int) -> Write:
    """Return what keeps the stamp of a checkpoint, got from the authority. Raises AuthoritySilent."""
    reply = ask(stamps.note(size))
    return lambda: stamps.keep(size, reply)


def stamp_now(size: int) -> None:
    """Stamp a checkpoint unless it is; needs a commit by the caller. Raises AuthoritySilent."""
    if size and not stamps.is_stamped(size):
        write = ask_for_checkpoint(size)
        begin_write()
        write()


def ask_for_paper(paper_id: UUID, *, at: datetime) -> Write:
    """Return what keeps a paper's file with the time in its seal. Raises AuthoritySilent."""
    from server import pades  # noqa: PLC0415  # 22 MiB

    paper = db.session.get_one(Paper, paper_id)
    issued = paper.sha256
    try:
        pdf = store().get(issued)
        token = stamp.token(ask(pades.signature_of(pdf)))
        stamped = store().put(pades.with_stamp(pdf, token))
    except (pades.NoRoom, BlobAbsent):
        return lambda: _keep_paper(paper_id, issued=issued, stamped=issued, level=SealLevel.B_B, at=at)
    return lambda: _keep_paper(paper_id, issued=issued, stamped=stamped, level=SealLevel.B_T, at=at)


def _keep_paper(paper_id: UUID, *, issued: str, stamped: str, level: SealLevel, at: datetime) -> None:
    """Note the file with the time beside the one that was issued, unless the paper was issued anew meanwhile."""
    paper = db.session.get_one(Paper, paper_id, populate_existing=True, with_for_update=True)
    if paper.sha256 != issued or paper.stamped_sha256:
        return
    paper.stamped_sha256, paper.seal_level = stamped, level.value
    if level is SealLevel.B_T:
        ref = f"paper:{paper.serial}:{stamped[:16]}"
        leaves.note(Kind.PAPER, ref, digest=stamped, at=at, case_id=paper.case_id)


def _checkpoint_waiting(at: datetime) -> int:
    """Return the size of the newest checkpoint when it is time to stamp it, else 0."""
    newest, stamped_at = stamps.newest()
    is_due = stamped_at is None or not timedelta(0) <= at - stamped_at < CHECKPOINT_EVERY  # a clock may be put back
    return newest if is_due else 0


def _papers_waiting(at: datetime) -> Sequence[UUID]:
    """Return papers without the time; those issued a week before the authority was first asked are left as they are."""
    first_at = stamps.oldest_at()
    asked_at = at if first_at is None else min(first_at, at)
    query = select(Paper.id).where(
        Paper.seal_level == SealLevel.B_B.value, Paper.stamped_sha256 == "", Paper.state != "deleted",
        Paper.issued_at > asked_at - PAPERS_OF,
    )  # fmt: skip
    return db.session.scalars(query.order_by(Paper.issued_at, Paper.id).limit(MOST_PAPERS)).all()
