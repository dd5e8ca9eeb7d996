"""What comes out of the darkroom. Pure."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Looked:
    """What came out: facts (plain JSON), why there is no picture, and the pictures of 1,280 and 320 px."""

    facts: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    pictures: tuple[bytes, ...] = ()
