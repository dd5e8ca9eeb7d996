"""Witnesses of the log (见证方): whose cosignatures are taken, kept beside a checkpoint and served with it.

Source: C2SP tlog-cosignature.
"""

from sqlalchemy import select, update

from server import config
from server.db import db
from server.errors import Invalid, Missing
from server.transparency import reading
from server.transparency.tables import log_checkpoint
from sync import cosignature, tlog
from sync.cosignature import Witness
from sync.tlog import BadNote

MOST_LINES = 32


class NotThisLog(Invalid):
    """The text is no checkpoint signed by this log."""


class NoCosignature(Invalid):
    """No line of it is the signature of a configured witness over this checkpoint."""


class NoSuchCheckpoint(Missing):
    """The log never signed a checkpoint of this size and root."""


def configured() -> tuple[Witness, ...]:
    """Return the witnesses of DOORSTEP_LOG_WITNESSES. Raises BadNote for what is no witness's key."""
    return tuple(cosignature.read_witness(one) for one in config.current().log_witnesses)


def take(note: str) -> list[str]:
    """Keep the cosignatures in a checkpoint a witness gave back; return who signed. Needs the write transaction.

    Raises NotThisLog, NoSuchCheckpoint or NoCosignature.
    """
    try:
        told = tlog.read_checkpoint(note, origin=reading.origin(), key=config.current().log_key.public_key())
    except BadNote as fault:
        raise NotThisLog(str(fault)) from fault
    at = log_checkpoint.c
    row = db.session.execute(select(log_checkpoint).where(at.size == told.size).with_for_update()).first()
    if row is None or not row.note.startswith(told.body() + "\n"):
        raise NoSuchCheckpoint(f"{told.size} leaves")
    signed = _signed_lines(note, told.body())
    if not signed:
        raise NoCosignature("see DOORSTEP_LOG_WITNESSES", size=told.size)
    kept = {line.split(" ", 2)[1]: line for line in row.cosignatures} | signed
    db.session.execute(update(log_checkpoint).where(at.size == told.size).values(cosignatures=list(kept.values())))
    return sorted(signed)


def _signed_lines(note: str, body: str) -> dict[str, str]:
    """Return witness → its line, of the lines that verify."""
    found: dict[str, str] = {}
    for line in note.partition("\n\n")[2].splitlines()[:MOST_LINES]:
        for witness in configured():
            try:
                cosignature.cosigned_at(line, body, witness=witness)
            except BadNote:
                continue
            found[witness.name] = line
    return found
