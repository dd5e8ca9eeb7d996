"""Where the sealed values of a case open: ID numbers, telephones, addresses, contract numbers, remarks, files.

Each value is bound to its table, column and row, so a ciphertext moved elsewhere does not open.
"""

import base64
from uuid import UUID

from server import config
from server.cases import keyring
from server.cases.keyring import KeyOf
from server.cases.models import Address, Case, Party
from server.media import store
from server.vault import place


def seal_text(text: str, *, at: str, case_id: UUID | None = None) -> str | None:
    """Seal a text for its place, under the key of its case if it has one; an empty text stays absent."""
    return keyring.seal(text, at=at, case_id=case_id) if text else None


def open_text(sealed: str | None, *, at: str, key_of: KeyOf | None = None) -> str:
    """Open a sealed text, empty when there is none or it was deleted; key_of: see keyring. Raises SealBroken."""
    return keyring.open_or_empty(sealed, at=at, key_of=key_of)


def id_number(party: Party) -> str:
    """Return a party's ID number. Raises SealBroken."""
    return open_text(party.id_sealed, at=place("party", "id_sealed", party.id))


def phone(party: Party) -> str:
    """Return a party's telephone number. Raises SealBroken."""
    return open_text(party.phone_sealed, at=place("party", "phone_sealed", party.id))


def address_text(address: Address) -> str:
    """Return the whole text of an address. Raises SealBroken."""
    return open_text(address.text_sealed, at=place("address", "text_sealed", address.id))


def contract_no(case: Case) -> str:
    """Return the contract or card number of a case. Raises SealBroken."""
    return open_text(case.contract_no_sealed, at=place("case", "contract_no_sealed", case.id))


def remark(case: Case) -> str:
    """Return the creditor's remark on a case. Raises SealBroken."""
    return open_text(case.note_sealed, at=place("case", "note_sealed", case.id))


def number_index(number: str) -> str | None:
    """Return the blind index under which the same ID number is found again, at any creditor."""
    return config.current().vault.blind_index("id", number) if number else None


def phone_index(number: str) -> str | None:
    """Return the blind index of a telephone number."""
    return config.current().vault.blind_index("phone", number) if number else None


def keep_file(content: bytes, *, file_sha256: str) -> str:
    """Store an uploaded file sealed; return the hash under which the sealed bytes lie."""
    packed = base64.b64encode(content).decode()
    return store().put(config.current().vault.seal(packed, at=place("file", "sha256", file_sha256)).encode())


def kept_file(sealed_sha256: str, *, file_sha256: str) -> bytes:
    """Return an uploaded file. Raises BlobAbsent or SealBroken."""
    sealed = store().get(sealed_sha256).decode()
    return base64.b64decode(config.current().vault.unseal(sealed, at=place("file", "sha256", file_sha256)))
