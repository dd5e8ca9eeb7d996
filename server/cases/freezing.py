"""Why nobody may go to a door: flags that stand, the case's state, the debtor's wish, in the words of the rules."""

from collections.abc import Iterable

from server.cases.models import Case
from server.cases.rules import CaseState, StopKind

_FREEZE = {
    StopKind.COMPLAINT: "complaint",
    StopKind.DISPUTE: "dispute",
    StopKind.RECALL: "recalled",
    StopKind.SETTLED: "settled",
    StopKind.DO_NOT_CONTACT: "do_not_contact",
    StopKind.SPECIAL: "stop",
    StopKind.OTHER: "stop",
}


def frozen_kinds(case: Case) -> list[str]:
    """Return why nobody may go to this door, empty when nothing stands against it."""
    standing = [flag.kind for flag in case.stop_flags if flag.lifted_at is None]
    return frozen_by(standing, state=case.state, do_not_contact=case.debtor.do_not_contact)


def frozen_by(standing: Iterable[str], *, state: str, do_not_contact: bool) -> list[str]:
    """Return why nobody may go to a door, from the flags that stand, the case's state and the debtor's wish."""
    kinds = {_FREEZE[StopKind(kind)] for kind in standing}
    if state == CaseState.RECALLED:
        kinds.add("recalled")
    if state == CaseState.SETTLED:
        kinds.add("settled")
    if do_not_contact:
        kinds.add("do_not_contact")
    return sorted(kinds)
