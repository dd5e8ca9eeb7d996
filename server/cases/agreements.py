"""Agreements to an exception (例外同意): the role a rule names agrees for one case, with a reason and a last day.

They count at the gates screening, print and export; before the field the scheme's own approval does this.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from server import clock
from server.accounts.roles import Role
from server.cases.models import Case
from server.compliance.rulepack import Action, Gate, RulePack
from server.db import Base, db
from server.errors import Conflict, NotAllowed

MOST_DAYS, DEFAULT_DAYS = 90, 7
CHUNK = 500
GATES = (Gate.SCREENING, Gate.PRINT, Gate.EXPORT)


class NotOverridable(Conflict):
    """Nobody can agree to an exception from this rule at this gate."""


class NotYourRule(NotAllowed):
    """The rule names another role to agree to an exception."""


class RuleAgreement(Base):
    """One exception agreed to: rule, gate, by whom, why and until when."""

    __tablename__ = "rule_agreement"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"), index=True)
    gate: Mapped[str] = mapped_column(String(12))
    rule_id: Mapped[str] = mapped_column(String(24))
    pack: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(400))
    agreed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime]
    valid_until: Mapped[date] = mapped_column(Date)


def require_overridable(pack: RulePack, *, gate: Gate, rule_id: str, roles: Collection[Role]) -> None:
    """Refuse an exception from a rule that allows none here, or by the wrong role.

    Raises NotOverridable or NotYourRule.
    """
    rule = next((one for one in pack.rules if one.id == rule_id and gate in one.where), None)
    if rule is None or rule.override_role is None or rule.action_for(gate) not in {Action.BLOCK, Action.CONFIRM}:
        raise NotOverridable(f"{rule_id} at {gate.value}", rule=rule_id, gate=gate.value)
    if rule.override_role not in roles:
        raise NotYourRule(f"{rule_id} asks {rule.override_role}", needs=rule.override_role)


def agree(
    case: Case, pack: RulePack, *, gate: Gate, rule_id: str, reason: str, days: int, by_id: UUID, at: datetime,
    today: date,
) -> RuleAgreement:  # fmt: skip
    """Add an agreement that stands for so many days to the transaction."""
    made = RuleAgreement(
        id=clock.new_id(), case_id=case.id, creditor_id=case.creditor_id, gate=gate.value, rule_id=rule_id,
        pack=pack.name, reason=reason.strip(), agreed_by_id=by_id, agreed_at=at,
        valid_until=today + timedelta(days=days),
    )  # fmt: skip
    db.session.add(made)
    return made


def standing_of(case_ids: Collection[UUID], gate: Gate, *, on: date) -> dict[UUID, dict[str, UUID]]:
    """Return the agreements of many cases that stand at a gate on a day, asked once for all: case → rule → newest."""
    wanted = list(case_ids)
    found: dict[UUID, dict[str, UUID]] = {one: {} for one in wanted}
    standing_now = select(RuleAgreement).where(RuleAgreement.gate == gate.value, RuleAgreement.valid_until >= on)
    for start in range(0, len(wanted), CHUNK):
        query = standing_now.where(RuleAgreement.case_id.in_(wanted[start : start + CHUNK]))
        for row in db.session.scalars(query.order_by(RuleAgreement.id)):
            found[row.case_id][row.rule_id] = row.id
    return found


def standing(case_id: UUID | None, gate: Gate, *, on: date) -> dict[str, UUID]:
    """Return rule → the newest agreement for a case that stands at a gate on a day."""
    return {} if case_id is None else standing_of([case_id], gate, on=on)[case_id]
