"""Which rules hold for a visit: the pack in force on its day, under the firm's, the region's and the creditor's layers.

A setting that does not fit the pack of that day (another pack, a loosened law) is left out, never obeyed; `unfit` names
it. Settings are checked when they are written, so this happens when a new pack comes into force.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from server import config
from server.accounts.models import Creditor
from server.compliance import rulepack
from server.compliance.layers import Layer, Settings, lay, unfit
from server.compliance.rulepack import RulePack
from server.db import db


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The installation's own layers: its place, the firm's settings, and those of regions by the start of an adcode."""

    place: str = "cn"
    firm: str = "{}"
    regions: str = "{}"

    def pack(self, *, on: date, adcode: str = "", creditor: Settings | None = None) -> RulePack:
        """Return the rules of a day for an address of that adcode and a creditor. Raises NoSuchRulePack."""
        return _pack(self, on, adcode, json.dumps(creditor or {}, sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=1024)
def _pack(book: Rulebook, on: date, adcode: str, creditor: str) -> RulePack:
    pack = rulepack.in_force(book.place, on=on)
    regions: dict[str, Any] = json.loads(book.regions)
    wanted = [
        Layer("firm", json.loads(book.firm)),
        *(Layer(f"region:{start}", regions[start]) for start in sorted(regions) if adcode.startswith(start)),
        Layer("creditor", json.loads(creditor)),
    ]
    fit: list[Layer] = []
    for layer in wanted:
        fit.append(fitting(lay(pack, layers=fit), layer))
    return lay(pack, layers=fit)


def fitting(pack: RulePack, layer: Layer) -> Layer:
    """Return the layer without the settings that may not be laid over the pack."""
    odd = unfit(pack, settings=layer.settings)
    return Layer(layer.name, {rule_id: one for rule_id, one in layer.settings.items() if rule_id not in odd})


def current() -> Rulebook:
    """Return the running installation's rulebook."""
    settings = config.current()
    layers: Mapping[str, Any] = settings.rule_layers
    return Rulebook(
        settings.rule_place,
        json.dumps(layers.get("firm", {}), sort_keys=True, ensure_ascii=False),
        json.dumps(layers.get("regions", {}), sort_keys=True, ensure_ascii=False),
    )


def pack_of(creditor_id: UUID | None, *, on: date, adcode: str = "") -> RulePack:
    """Return the rules for a visit to a case of this creditor on a day. Raises NoSuchRulePack."""
    creditor = _creditor(creditor_id) if creditor_id else None
    return current().pack(on=on, adcode=adcode, creditor=creditor.rule_overrides if creditor else None)


def quoted(results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return kept results of rules with words, source and grade, as every screen that quotes one needs them.

    What was kept short names its pack; a pack that this version no longer ships is told as it was kept.
    """
    return [dict(one) if "source" in one else _quote(one) for one in results]


def _quote(one: Mapping[str, Any]) -> dict[str, Any]:
    name = str(one.get("pack", rulepack.CURRENT)).partition("+")[0]  # settings laid over a pack change no words
    known = {rule.id: rule for rule in rulepack.load(name).rules} if name in rulepack.shipped() else {}
    rule = known.get(one["rule_id"])
    if rule is None:
        return dict(one)
    words = {"text": dict(rule.text), "source": rule.source, "source_zh": rule.source_zh, "grade": rule.grade.value}
    return words | {"confirm_by_counsel": rule.is_for_counsel} | dict(one)


def _creditor(creditor_id: UUID) -> Creditor | None:
    """Return a creditor, held as long as the session: the session itself forgets a row that nobody holds."""
    held: dict[UUID, Creditor | None] = db.session.info.setdefault("rulebook", {})
    row = held.get(creditor_id)
    if row is None or row not in db.session:
        row = held[creditor_id] = db.session.get(Creditor, creditor_id)
    return row
