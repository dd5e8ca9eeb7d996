"""The solver's clock: seconds of a frame with the crews' rests taken out of them. Pure.

The solver knows no rest that floats. So the middle of each day's rest stands still on its clock: what is found there is
a tour with just enough time to rest, and `timing` then says exactly when and whether it fits. Crews of one day that
rest at other hours share the clock of the first; what this loses, `add_what_pays` puts back.
"""

from dataclasses import dataclass

from server.planning.frame import Frame


@dataclass(frozen=True, slots=True)
class WorkingClock:
    """Seconds worked since the frame's origin; each cut is a moment at which so many seconds pass unworked."""

    cuts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, frame: Frame) -> "WorkingClock":
        """Return the clock of a frame: one cut for each day with a rest."""
        cuts: dict[object, tuple[int, int]] = {}
        for day in frame.days:
            if day.rest is not None:
                begins_s = (day.rest.opens_s + day.rest.closes_s - day.rest.length_s) // 2
                cuts.setdefault(day.shift.on, (begins_s, day.rest.length_s))
        return cls(tuple(sorted(cuts.values())))

    def worked_s(self, second: int) -> int:
        """Return how many seconds were worked until a second of the frame."""
        return second - sum(min(length_s, max(0, second - begins_s)) for begins_s, length_s in self.cuts)
