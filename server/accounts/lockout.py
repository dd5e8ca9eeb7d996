"""Wrong passwords are counted in the database, for each account and for each address, whatever process answers.

An address is kept as a blind index; of IPv6 its /64 counts, one owner has it. Source: OWASP ASVS 5.0 6.1.1, 6.3.1.
"""

import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from server import clock, config
from server.accounts.models import AddressFailure, Person
from server.db import db
from server.errors import NotSignedIn

ACCOUNT_AFTER, ADDRESS_AFTER = 5, 50
LOCK_FOR = timedelta(minutes=15)
FORGET_AFTER = timedelta(days=1)


class AccountLocked(NotSignedIn):
    """Too many wrong passwords; the account waits."""


class AddressLocked(NotSignedIn):
    """Too many wrong passwords came from this address; it waits."""


def require_open_address(address: str | None, *, at: datetime) -> None:
    """Refuse an address that guesses. Raises AddressLocked."""
    row = _row(address)
    if row is not None and row.locked_until is not None and row.locked_until > at:
        raise AddressLocked(f"until {row.locked_until:%Y-%m-%dT%H:%M:%SZ}")


def lock(person: Person, *, at: datetime) -> None:
    """Lock the row, so that of two guesses at once both count; refuse an account guessed at. Raises AccountLocked."""
    db.session.refresh(person, with_for_update=True)
    if person.locked_until and person.locked_until > at:
        raise AccountLocked(f"until {person.locked_until:%Y-%m-%dT%H:%M:%SZ}")


def count(person: Person | None, address: str | None, *, at: datetime) -> None:
    """Remember a wrong password; this write is committed although the request is refused."""
    if person is not None:
        person.failed_logins += 1
        if person.failed_logins >= ACCOUNT_AFTER:
            person.locked_until, person.failed_logins = at + LOCK_FOR, 0
    _count_address(address, at=at)
    db.session.commit()


def _count_address(address: str | None, *, at: datetime) -> None:
    db.session.execute(delete(AddressFailure).where(AddressFailure.since < at - FORGET_AFTER))
    row = _row(address)
    if row is None:
        row = AddressFailure(id=clock.new_id(), address_index=index_of(address), failed=0, since=at)
        db.session.add(row)
    if at - row.since > LOCK_FOR:
        row.failed, row.since = 0, at
    row.failed += 1
    if row.failed >= ADDRESS_AFTER:
        row.locked_until, row.failed, row.since = at + LOCK_FOR, 0, at


def _row(address: str | None) -> AddressFailure | None:
    return db.session.scalar(select(AddressFailure).where(AddressFailure.address_index == index_of(address)))


def index_of(address: str | None) -> str:
    """Return the blind index of an address, of IPv6 that of its /64."""
    return config.current().vault.blind_index("address", _owner_of(address or ""))


def _owner_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((int(parsed), 64), strict=False))  # noqa: PLR2004
