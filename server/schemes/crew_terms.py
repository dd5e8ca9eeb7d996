"""What a crew is owed and held to on each day of a plan: the rest, the most hours at the wheel and at work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.planning.model import Rest, Window
from server.schemes import moments


@dataclass(frozen=True, slots=True)
class CrewTerms:
    """The terms of all crews of one plan; the rest is `{from, until, min}` in local time."""

    rest: Mapping[str, Any] | None
    max_driving_min: int | None
    max_working_min: int | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "CrewTerms":
        """Return the terms among the arguments of a job or the parameters of a plan; what is not named is free."""
        return cls(told.get("rest"), told.get("max_driving_min"), told.get("max_working_min"))

    def as_parameters(self) -> dict[str, Any]:
        """Return the terms as a plan states them."""
        return {
            "rest": dict(self.rest) if self.rest else None,
            "max_driving_min": self.max_driving_min,
            "max_working_min": self.max_working_min,
        }

    def on(self, day: date) -> dict[str, Any]:
        """Return what a shift of that day is given. Raises ShortRest or BackwardsWindow."""
        rest = None
        if self.rest is not None:
            hours = Window(moments.local(day, self.rest["from"]), moments.local(day, self.rest["until"]))
            rest = Rest(hours, self.rest["min"] * 60)
        return {
            "rest": rest,
            "max_driving_s": None if self.max_driving_min is None else self.max_driving_min * 60,
            "max_working_s": None if self.max_working_min is None else self.max_working_min * 60,
        }
