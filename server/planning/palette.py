"""The colours that tell crews apart, on paper and on screen. Pure."""

from collections.abc import Sequence

_COLOURS = (
    "#1f5fa8",
    "#c2410c",
    "#0f7b5f",
    "#8b2c8b",
    "#7a5c00",
    "#be123c",
    "#0e7490",
    "#4d5a1f",
    "#5b3fb3",
    "#444b59",
)


def colour_of(crew_id: str, *, crews: Sequence[str]) -> str:
    """Return the colour of a crew: dark enough for white figures on it, the same wherever the same crews are shown.

    With more than ten crews colours repeat, so a number always stands beside them.
    """
    return _COLOURS[sorted(set(crews)).index(crew_id) % len(_COLOURS)]
