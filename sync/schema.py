"""What changed between versions of the documents that travel, so that an app two versions old still works. Pure.

`sv` is the version a phone speaks. The server up-casts what such a phone pushes and down-casts what it pulls; signed
records are never cast, as their bytes are the evidence. An older phone must be renewed before it pulls, and may still
hand in.

Source: the habit of WatermelonDB and RxDB (a schema version in every request).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSIONS = (3, 4)
NEWEST = VERSIONS[-1]


@dataclass(frozen=True, slots=True)
class Step:
    """What one version changed in a collection: members it added, and members it renamed (old name → new name)."""

    version: int
    added: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)


# Version 4: papers say which issue they are; settings say when they were saved.
STEPS: Mapping[str, tuple[Step, ...]] = {
    "papers": (Step(4, added=frozenset({"version"})),),
    "settings": (Step(4, renamed={"saved": "saved_at"}),),
}


def down_cast(coll: str, document: Mapping[str, Any], *, sv: int) -> Mapping[str, Any]:
    """Return the document as version sv knows it: later members left out, renamed ones under their old names."""
    told = document
    for step in reversed(STEPS.get(coll, ())):
        if step.version > sv:
            old = {new: old for old, new in step.renamed.items()}
            told = {old.get(name, name): value for name, value in told.items() if name not in step.added}
    return told


def up_cast(coll: str, document: Mapping[str, Any], *, sv: int) -> dict[str, Any]:
    """Return a document written in version sv as the newest version writes it; what was added since stays absent."""
    told = dict(document)
    for step in STEPS.get(coll, ()):
        if step.version > sv:
            told = {step.renamed.get(name, name): value for name, value in told.items()}
    return told
