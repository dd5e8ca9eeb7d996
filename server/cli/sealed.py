"""Everything that is sealed in the database, by table and column, and whether it opens."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from uuid import UUID

from sqlalchemy import select

from server import config, media
from server.cases import keyring
from server.db import Base, db
from server.vault import SealBroken, place

SEALED = {
    "address": {"text_sealed": "text_sealed"},
    "case": {"contract_no_sealed": "contract_no_sealed", "note_sealed": "note_sealed"},
    "case_key": {"key_sealed": "key_sealed"},
    "complaint": {"text_sealed": "text", "contact_sealed": "contact", "answer_sealed": "answer"},
    "data_request": {"words_sealed": "words", "answer_sealed": "answer"},
    "device_setting": {"document_sealed": "document"},
    "idempotency_key": {"answer_sealed": "answer_sealed"},
    "import_run": {"faults_sealed": "faults_sealed"},
    "message": {"text_sealed": "text"},
    "party": {"id_sealed": "id_sealed", "phone_sealed": "phone_sealed"},
    "quarantine": {"payload_sealed": "payload"},
    "record": {"env_sealed": "env"},
    "signed_paper": {"signature_sealed": "signature"},
    "submission": {"xml_sealed": "xml"},
    "totp_factor": {"secret_sealed": "secret_sealed"},
    "visit": {"review_note_sealed": "review_note"},
}
"""Table → sealed column → the column's name in its place (`server.vault.place`)."""
NEWEST = 1_000
NAMED = 3
KEYS_KEPT = 10_000


def broken(*, newest: int | None = NEWEST) -> tuple[int, list[str]]:
    """Open the newest values of each column, all without `newest`; return how many, and where those are that do not.

    What was deleted with its case opens no more, as it should, and is no fault.
    """
    key_of = lru_cache(maxsize=KEYS_KEPT)(_key_of)
    vault, opened, faults = config.current().vault, 0, []
    for at, sealed in (*_values(newest), *_files(newest)):
        opened += 1
        try:
            keyring.unseal_with(vault, sealed, at=at, key_of=key_of)
        except keyring.KeyDestroyed:
            continue
        except SealBroken:
            faults.append(at)
    return opened, faults


def words_of(faults: list[str]) -> str | None:
    """Return what `doorstep verify` says of values that do not open, None of none."""
    named = ", ".join(islice(faults, NAMED))
    return f"{len(faults)} do not open with the keys here, first {named}" if faults else None


def _values(newest: int | None) -> Iterator[tuple[str, str]]:
    for name, columns in SEALED.items():
        table = Base.metadata.tables[name]
        for column, told in columns.items():
            query = select(table.c.id, table.c[column]).where(table.c[column] != "").order_by(table.c.id.desc())
            for row_id, sealed in db.session.execute(query.limit(newest).execution_options(yield_per=500)):
                yield place(name, told, row_id), sealed


def _files(newest: int | None) -> Iterator[tuple[str, str]]:
    """Yield the creditors' files, which lie sealed among the others."""
    runs, blobs = Base.metadata.tables["import_run"], media.store()
    query = select(runs.c.file_sha256, runs.c.sealed_sha256).where(runs.c.sealed_sha256 != "")
    for file_sha256, sealed_sha256 in db.session.execute(query.order_by(runs.c.id.desc()).limit(newest)):
        if blobs.has(sealed_sha256):
            yield place("file", "sha256", file_sha256), blobs.get(sealed_sha256).decode(errors="replace")


def _key_of(case_id: UUID) -> str | None:
    query = select(keyring.CaseKey.key_sealed).where(keyring.CaseKey.id == case_id)
    kept = db.session.execute(query).tuples().one_or_none()
    if kept is None:
        raise SealBroken(f"no key of case {case_id}")
    return kept[0]
