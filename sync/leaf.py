"""What a leaf of the log says: hashes, numbers and a time; whose case it is shows only to who has the case's key. Pure.

    {"c": tag of the case, "h": SHA-256 of the thing, "k": kind, "n": place in the case's chain,
     "p": leaf hash of the place before, "t": when the server received or made it}

The tag is HMAC-SHA256(case key, "doorstep.case-tag/1"), first 16 bytes. Leaves of one case form a chain of their own,
so who holds the key finds them all and sees when one is missing. The office's own leaves bear the tag of 32 zeros.
"""

import hmac
import re
from enum import StrEnum
from typing import NamedTuple

from sync import strict_json
from sync.canonical import NotCanonisable, canonical, content_hash

OFFICE_TAG = "0" * 32
BEFORE_FIRST = "0" * 64
MAX_LEAF = 1024
_TAG = b"doorstep.case-tag/1"
_FORMS = {
    "c": re.compile(r"[0-9a-f]{32}"),
    "h": re.compile(r"[0-9a-f]{64}"),
    "k": re.compile(r"[a-z_]{1,16}"),
    "p": re.compile(r"[0-9a-f]{64}"),
    "t": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", re.ASCII),
}


class BadLeaf(ValueError):
    """The bytes are no leaf of this log."""


class Kind(StrEnum):
    """What a leaf is about."""

    RECORD = "record"  # a signed record; h is its hash
    PAPER = "paper"  # an issued paper; h is the SHA-256 of its PDF
    ATTACHED = "attached"  # a file that goes with a dossier's index paper; h is its SHA-256
    DEVICE = "device"  # a phone's key enrolled or closed; h is key_hash()
    AUDIT = "audit"  # h is the hash of the newest row of the audit chain
    RULES = "rules"  # a rule pack in force; h is its digest
    FORM = "form"  # a published form; h is its digest


class Leaf(NamedTuple):
    """One leaf; tag, hash and prev in hexadecimal, number counts from 1 within the tag."""

    tag: str
    hash: str
    kind: str
    number: int
    prev: str
    at: str


def data_of(leaf: Leaf) -> bytes:
    """Return the bytes that stand in the log: RFC 8785 canonical JSON.

    Written out by hand, as a batch makes thousands: every member is hexadecimal, a number, a time or a kind's name.
    """
    return (
        f'{{"c":"{leaf.tag}","h":"{leaf.hash}","k":"{leaf.kind}","n":{leaf.number},"p":"{leaf.prev}","t":"{leaf.at}"}}'
    ).encode("ascii")


def read(data: bytes) -> Leaf:
    """Return what a leaf says. Raises BadLeaf."""
    try:
        told = strict_json.loads(data, max_bytes=MAX_LEAF)
        is_whole = isinstance(told, dict) and set(told) == set("chknpt") and canonical(told) == data
    except (strict_json.NotStrictJson, NotCanonisable) as fault:
        raise BadLeaf("not a leaf") from fault
    if not is_whole or not all(_fits(name, told[name]) for name in told):
        raise BadLeaf("not a leaf")
    return Leaf(told["c"], told["h"], told["k"], told["n"], told["p"], told["t"])


def _fits(name: str, value: object) -> bool:
    """Tell whether a member may have this value."""
    if name == "n":
        return type(value) is int and value > 0
    return isinstance(value, str) and _FORMS[name].fullmatch(value) is not None


def case_tag(case_key: bytes) -> str:
    """Return the tag that the leaves of a case bear."""
    return hmac.digest(case_key, _TAG, "sha256")[:16].hex()


def key_hash(device: str, *, alg: str, jwk: dict[str, str], state: str) -> str:
    """Return what the leaf of a phone's key says: the hash of its id, key and state, in hexadecimal."""
    return content_hash({"alg": alg, "device": device, "jwk": jwk, "state": state})
