"""One key for each case: what is sealed under it opens no more once the key is destroyed (crypto-shredding).

A value sealed so is `v2|<case id>|<base64 of nonce and ciphertext>`; the case's key lies in its row, sealed itself by
the vault. Values that belong to no case, and those from before, are `v1` and open with the vault's own key.
"""

import base64
import os
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from server import clock, config
from server.db import Base, db
from server.errors import Missing
from server.vault import SealBroken, Vault, open_body, place

KEY_BYTES = 32
OF_CASE = "v2"
_CASE_MARK = f"{OF_CASE}|"
KeyOf = Callable[[UUID], str | None]
"""Case → its key as it is kept, sealed; None once destroyed."""


class CaseKey(Base):
    """The key of a case (案件密钥); its id is the case's. Without key_sealed it is destroyed."""

    __tablename__ = "case_key"

    key_sealed: Mapped[str | None] = mapped_column(Text)
    destroyed_at: Mapped[datetime | None]


class KeyDestroyed(SealBroken):
    """The value was sealed under the key of a case whose personal data was deleted."""


class CaseErased(Missing):
    """The personal data of this case was deleted."""


def seal(plain: str, *, at: str, case_id: UUID | None) -> str:
    """Seal a text under its case's key, made now if there is none; without a case under the vault's own.

    What is said of a case after its key was destroyed is sealed by the vault: it is no part of what was deleted.
    """
    key = _key_of(case_id) if case_id is not None else None
    if key is None:
        return config.current().vault.seal(plain, at=at)
    return f"{OF_CASE}|{case_id}|{_vault(key).seal(plain, at=at).rsplit('|', 1)[1]}"


def unseal(sealed: str, *, at: str) -> str:
    """Open a sealed text, whichever key it is under. Raises KeyDestroyed or SealBroken."""
    return unseal_with(config.current().vault, sealed, at=at, key_of=_stored)


def unseal_with(vault: Vault, sealed: str, *, at: str, key_of: KeyOf) -> str:
    """Open a sealed text without a session; key_of returns a case's sealed key, None when it is destroyed.

    Raises KeyDestroyed or SealBroken.
    """
    if not sealed.startswith(f"{OF_CASE}|"):
        return vault.unseal(sealed, at=at)
    try:
        _, named, body = sealed.split("|", 2)
        case_id = UUID(named)
    except ValueError as broken:
        raise SealBroken(at) from broken
    wrapped = key_of(case_id)
    if wrapped is None:
        raise KeyDestroyed(at)
    return _vault(_unwrap(vault, wrapped, case_id)).unseal(f"v1|case|{body}", at=at)


def open_or_empty(sealed: str | None, *, at: str, key_of: KeyOf | None = None) -> str:
    """Open a sealed text for a screen: empty when there is none, or when it was deleted. Raises SealBroken."""
    if not sealed:
        return ""
    try:
        return unseal_with(config.current().vault, sealed, at=at, key_of=key_of or _stored)
    except KeyDestroyed:
        return ""


def keys_of(case_ids: Collection[UUID]) -> KeyOf:
    """Return how to find the keys of these cases, read in one statement: for a page of sealed values."""
    query = select(CaseKey.id, CaseKey.key_sealed).where(CaseKey.id.in_(case_ids))
    kept: dict[UUID, str | None] = {row.id: row.key_sealed for row in db.session.execute(query)}
    return lambda case_id: kept[case_id] if case_id in kept else _stored(case_id)


def opener(wrapped: Mapping[str, str | None]) -> Callable[..., str]:
    """Return `open(sealed, at=…)` for a page of sealed texts, like `open_or_empty`; a case's key is unwrapped once.

    wrapped: case → its key as it is kept, None once destroyed; keys of cases not named are looked up.
    """
    vault = config.current().vault
    ciphers: dict[str, AESGCM | None] = {}

    def open_text(sealed: str | None, *, at: str) -> str:
        if not sealed:
            return ""
        if not sealed.startswith(_CASE_MARK):
            return vault.unseal(sealed, at=at)
        case, _, body = sealed.removeprefix(_CASE_MARK).partition("|")
        if case not in ciphers:
            ciphers[case] = _cipher(vault, wrapped[case] if case in wrapped else _stored_of(case, at=at), case)
        cipher = ciphers[case]
        return "" if cipher is None else open_body(cipher, body, at=at)

    return open_text


def _stored_of(case: str, *, at: str) -> str | None:
    try:
        return _stored(UUID(case))
    except ValueError as broken:
        raise SealBroken(at) from broken


def _cipher(vault: Vault, wrapped: str | None, case: str) -> AESGCM | None:
    return None if wrapped is None else AESGCM(_unwrap(vault, wrapped, case))


def ensure(case_id: UUID) -> None:
    """Make a case's key if it has none yet."""
    _key_of(case_id)


def destroy(case_id: UUID, *, at: datetime) -> None:
    """Destroy the key of a case, so that nothing sealed under it opens again."""
    row = db.session.get(CaseKey, case_id)
    if row is None:
        db.session.add(CaseKey(id=case_id, key_sealed=None, destroyed_at=at))
    else:
        row.key_sealed, row.destroyed_at = None, row.destroyed_at or at
    db.session.flush()


def is_destroyed(case_id: UUID | None) -> bool:
    """Was the personal data of a case deleted?"""
    row = db.session.get(CaseKey, case_id) if case_id is not None else None
    return row is not None and row.key_sealed is None


def require_kept(case_id: UUID | None) -> None:
    """Refuse what needs the personal data of a case once it is deleted. Raises CaseErased."""
    if is_destroyed(case_id):
        raise CaseErased("hashes and the certificate remain")


def erased(case_id: UUID) -> str:
    """Return what stands in the place of a sealed value that was written over."""
    return f"{OF_CASE}|{case_id}|"


def is_erased(sealed: str) -> bool:
    """Was a sealed value written over with its case's data?"""
    return sealed.startswith(f"{OF_CASE}|") and sealed.endswith("|")


def reseal(sealed: str, *, at: str, case_id: UUID) -> str:
    """Put a value that is under the vault's own key under its case's. Raises SealBroken."""
    return sealed if sealed.startswith(f"{OF_CASE}|") else seal(unseal(sealed, at=at), at=at, case_id=case_id)


def _stored(case_id: UUID) -> str | None:
    row = db.session.get(CaseKey, case_id)
    if row is None:
        raise SealBroken(f"no key of case {case_id}")
    return row.key_sealed


def _key_of(case_id: UUID) -> bytes | None:
    row = db.session.get(CaseKey, case_id)
    if row is not None:
        return None if row.key_sealed is None else _unwrap(config.current().vault, row.key_sealed, case_id)
    key = os.urandom(KEY_BYTES)
    wrapped = config.current().vault.seal(base64.b64encode(key).decode(), at=place("case_key", "key_sealed", case_id))
    if _is_first(case_id, wrapped):
        return key
    made = db.session.get_one(CaseKey, case_id, populate_existing=True)  # by another transaction, a moment before
    return None if made.key_sealed is None else _unwrap(config.current().vault, made.key_sealed, case_id)


def _is_first(case_id: UUID, wrapped: str) -> bool:
    """Add a case's key; False when another transaction did so first: that one is waited for, and its key counts."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(CaseKey).values(id=case_id, created_at=clock.now(), key_sealed=wrapped)
    done = db.session.execute(row.on_conflict_do_nothing(index_elements=["id"]).returning(CaseKey.id))
    return done.first() is not None


def _unwrap(vault: Vault, wrapped: str, case_id: object) -> bytes:
    return base64.b64decode(vault.unseal(wrapped, at=place("case_key", "key_sealed", case_id)))


def _vault(key: bytes) -> Vault:
    return Vault(master_key=key, index_key=b"")
