"""What the check of one invariant found."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: its words, what was compared and how much of it, and every violation."""

    code: str
    zh: str
    en: str
    compared: Mapping[str, int]
    violations: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Does it hold?"""
        return not self.violations


def set_hash(hashes: Mapping[str, str]) -> str:
    """Return one hash of a set of documents, whatever their order, as the protocol has it (`sync.feed.set_digest`)."""
    lines = sorted(f"{name} {digest}\n" for name, digest in hashes.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def found(code: str, zh: str, en: str, compared: Mapping[str, int], violations: Iterable[str]) -> Finding:
    """Return a finding; violations are told in order, each once."""
    return Finding(code, zh, en, dict(compared), tuple(dict.fromkeys(violations)))
