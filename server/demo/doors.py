"""What happens at the demo's doors: for each kind of outcome a whole lawful visit, recorded offline step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from field_forms.outcomes import OUTCOMES
from server.clock import SHANGHAI
from server.demo.phones import Phone
from server.demo.pictures import signature
from sync import envelope
from sync.envelope import RecordType, write_time
from sync.phone.visit import DoorVisit, Photo, arrive, resume

TOLD = ("identity", "recording", "no_cash", "data_notice", "objection_channel")
CYCLE = (1, 2, 3, 7, 6, 1, 9, 10, 2, 4, 8, 1, 5, 3)
WHO = {
    1: "debtor",
    2: "debtor",
    3: "debtor",
    4: "debtor",
    5: "debtor",
    6: "co_resident_adult",
    7: "nobody",
    8: "nobody",
    9: "third_party",
    10: "debtor",
}
NOTES = {
    1: "客户承认欠款，因生意周转暂时困难，承诺分期归还。",
    2: "客户核对账单后签字确认，未提出异议。",
    3: "客户明确表示不还款，拒绝签字，全程平和。",
    4: "客户称其中一笔费用已在支行办理减免，要求核实。",
    5: "客户出示住院单据，请求延期。",
    6: "其母代收密封件，内容未展示。",
    7: "敲门三次无人应答，灯未亮。",
    8: "门牌存在，现住户称已购房入住两年，未透露来意。",
    9: "邻居开门，未透露任何债务信息，请其转交联系卡后离开。",
    10: "客户隔门表示不愿沟通，随即离开。",
}
STEPS = {
    1: "await_promise",
    2: "phone",
    3: "propose_sue",
    4: "resolve_dispute",
    5: "negotiate_relief",
    6: "phone",
    7: "revisit",
    8: "verify_address",
    9: "phone",
    10: "send_letter",
}
SIGNED = {2: "signed_by_debtor", 1: "signed_by_debtor", 6: "signed_by_relative", 3: "refused_witnessed"}
DELIVERED = frozenset({1, 2, 6})
FORM_PHOTOS = {"door": "photo_door", "delivered_paper": "photo_paper", "surroundings": "photo_surroundings"}
MET_ADULT = frozenset({"debtor", "co_resident_adult"})


@dataclass(frozen=True, slots=True)
class Door:
    """One visit to be played: the phone, its stop and how it ends."""

    phone: Phone
    stop: Mapping[str, Any]
    code: int
    dies: bool = False

    @property
    def who(self) -> str:
        """Who opens."""
        return WHO[self.code]


def play(door: Door) -> None:
    """Play one visit from arrival to departure; with `dies` the phone goes dead half way and goes on from its store."""
    phone, stop = door.phone, door.stop
    visit = begin(door)
    phone.clock.forward(minutes=2)
    meet(door, visit)
    if door.dies:
        phone.reboot()
        visit = resume(phone.records(), visit.visit_id)
    phone.clock.forward(minutes=6)
    plan = agree(door, visit)
    photos = photograph(door, visit)
    phone.clock.forward(minutes=2)
    conclude(door, visit, plan=plan, photos=photos)
    phone.clock.forward(minutes=1)
    visit.leave(phone.fix(stop["place"]))


def begin(door: Door) -> DoorVisit:
    """Arrive at the planned time, or now if that is past; return the visit it begins."""
    phone, stop = door.phone, door.stop
    phone.clock.forward_to(datetime.fromisoformat(stop["arrive_at"]))
    return arrive(
        phone.records(),
        stop_id=stop["id"],
        case_id=stop["case_id"],
        agents=stop["agents"],
        fix=phone.fix(stop["place"]),
        plan_version=stop["plan_version"],
    )


def meet(door: Door, visit: DoorVisit) -> None:
    """Record who opened and, to those who may know, the announcements."""
    card, is_debtor = door.phone.card(door.stop), door.who == "debtor"
    names = {"debtor": card["debtor"]["name"], "co_resident_adult": "某母"}
    visit.met(
        {
            "who": door.who,
            "name": names.get(door.who, ""),
            "relation": "母亲" if door.who == "co_resident_adult" else "",
            "is_adult": True if door.who in MET_ADULT else None,
            "id_checked": "id_card_seen" if is_debtor else "not_shown",
            "id_last4": card["debtor"]["id_masked"][-4:] if is_debtor else "",
            "place": "at_door",
            "entry_consent_by": "",
        }
        | ({"purpose": "pass_message"} if door.who == "third_party" else {})
    )
    if door.who in MET_ADULT:
        door.phone.clock.forward(seconds=40)
        visit.disclose(dict.fromkeys(TOLD, True), credentials_shown=True, recording_started_at=door.phone.clock.now())


def statement_of(door: Door) -> Mapping[str, Any] | None:
    """Return the account statement taken along for this visit."""
    return next((one for one in door.phone.papers(door.stop) if one["kind"] == "account_statement"), None)


def agree(door: Door, visit: DoorVisit) -> list[tuple[str, int]]:
    """Record the promise and the signature that the outcome brings; return the instalments promised."""
    debt, name = door.phone.card(door.stop)["debt"], door.phone.card(door.stop)["debtor"]["name"]
    plan = instalments(door, debt["outstanding_fen"]) if door.code == 1 else []
    if plan:
        promise = {
            "promisor": {"name": name, "role": "debtor"},
            "confirmed_fen": debt["outstanding_fen"],
            "confirmed_as_of_on": debt["as_of"],
            "method": "bank_transfer",
            "account_ref": "",
            "is_voluntary": True,
            "consequences_told": True,
        }
        visit.promise(promise, instalments=plan)
    statement = statement_of(door)
    if statement and door.code in SIGNED:
        sign(door, visit, statement)
    return plan


def conclude(door: Door, visit: DoorVisit, *, plan: list[tuple[str, int]], photos: Mapping[str, str]) -> None:
    """Record the outcome with the papers handed over and the answers of the form."""
    delivered = [
        {"kind": one["kind"], "serial": one["serial"], "copies": 1, "sealed": door.who == "co_resident_adult"}
        for one in (door.phone.papers(door.stop) if door.code in DELIVERED else ())
    ]
    answers = form(door, plan, photos=photos, delivered=[one["kind"] for one in delivered])
    visit.outcome(door.code, note=NOTES[door.code], next_step=STEPS[door.code], delivered=delivered, form=answers)


def instalments(door: Door, owed_fen: int) -> list[tuple[str, int]]:
    """Return three monthly instalments that add up to half of what is owed."""
    today = door.phone.clock.now().astimezone(SHANGHAI).date()
    part = owed_fen // 6
    return [((today + timedelta(days=30 * number)).isoformat(), part) for number in (1, 2, 3)]


def signer_of(door: Door) -> dict[str, str]:
    """Return who holds the pen: the debtor, or the relative who takes the sealed envelope."""
    if door.who != "debtor":
        relative = {"role": "co_resident_adult", "name": "某母", "relation": "母亲"}
        return relative | {"id_last4": "", "id_checked": "not_shown"}
    debtor = door.phone.card(door.stop)["debtor"]
    seen = {"role": "debtor", "name": debtor["name"], "relation": "", "id_checked": "id_card_seen"}
    return seen | {"id_last4": debtor["id_masked"][-4:]}


def sign(door: Door, visit: DoorVisit, statement: Mapping[str, Any]) -> None:
    """Record the signature on exactly the statement shown, or its witnessed refusal."""
    state, phone = SIGNED[door.code], door.phone
    has_strokes = state in {"signed_by_debtor", "signed_by_relative"}
    visit.sign_paper(
        {
            "paper": {
                "id": statement["id"],
                "kind": statement["kind"],
                "serial": statement["serial"],
                "sha256": statement["sha256"],
                "rendered_as": "pdf",
                "template": statement["template"],
                "shown_ms": 48_000,
                "scrolled_to_end": True,
            },
            "state": state,
            "reason": "" if has_strokes else "客户拒签，第二外访员见证",
            "signer": signer_of(door),
            "witnesses": [{"agent": door.stop["agents"][1]}],
            "capture": {
                "unit": "0.01mm",
                "w": 9000,
                "h": 3600,
                "hz": 125,
                "pressure_max": 1023,
                "t0_at": write_time(phone.clock.now()),
            }
            if has_strokes
            else None,
            "fix": phone.fix(door.stop["place"]).fields(),
        },
        strokes=signature(phone.rng) if has_strokes else [],
    )


def photograph(door: Door, visit: DoorVisit) -> dict[str, str]:
    """Take three photos: the door, the building, and what was handed over or the surroundings; return their ids."""
    phone = door.phone
    shows = ("door", "building", "delivered_paper" if door.code in DELIVERED else "surroundings")
    taken = [
        Photo(
            phone.picture(shows=one, taken_at=phone.clock.now()),
            one,
            phone.clock.now(),
            phone.fix(door.stop["place"]),
        )
        for one in shows
    ]
    told = envelope.read(visit.photograph(taken).env).body["files"]
    return {str(one["shows"]): str(one["id"]) for one in told}


def form(door: Door, plan: list[tuple[str, int]], *, photos: Mapping[str, str], delivered: list[str]) -> dict[str, Any]:
    """Return the answers of the visit form as the phone's form screen would give them."""
    published, card = door.phone.form(), door.phone.card(door.stop)
    answers: dict[str, Any] = {
        "address_as_planned": "yes",
        "met": door.who,
        "outcome": str(door.code),
        "outcome_note": NOTES[door.code],
        "next_step": STEPS[door.code],
    } | {FORM_PHOTOS[one]: file_id for one, file_id in photos.items() if one in FORM_PHOTOS}
    if door.who != "nobody":
        answers["place"] = "at_door"
    if door.who in MET_ADULT:
        answers |= {
            "told": list(TOLD),
            "credentials_shown": True,
            "recorded": "yes",
            "met_name": card["debtor"]["name"] if door.who == "debtor" else "某母",
            "id_checked": "id_card_seen" if door.who == "debtor" else "not_shown",
        }
    if door.who == "co_resident_adult":
        answers |= {"relation": "母亲", "is_adult": "yes"}
    if door.who == "third_party":
        answers["third_party_step"] = "pass_contact_slip"
    if plan:
        answers |= {
            "confirmed_fen": card["debt"]["outstanding_fen"],
            "confirmed_as_of_on": card["debt"]["as_of"],
            "instalments": [{"due_on": on, "amount_fen": fen} for on, fen in plan],
            "is_voluntary": True,
            "consequences_told": True,
        }
    return {
        "id": published["form_id"],
        "version": published["version"],
        "digest": published["digest"],
        "answers": answers | paper_answers(door, delivered=delivered),
    }


def paper_answers(door: Door, *, delivered: list[str]) -> dict[str, Any]:
    """Return the form's answers about papers and signature."""
    answers: dict[str, Any] = {}
    if delivered:
        answers["delivered"] = delivered
    if door.who == "co_resident_adult":
        answers["is_sealed"] = True
    if door.code in SIGNED:
        answers["signing"] = SIGNED[door.code]
    if SIGNED.get(door.code) == "signed_by_debtor":
        answers["objection"] = "none"
    if SIGNED.get(door.code) == "refused_witnessed":
        answers["signing_reason"] = "客户拒签"
    return answers


def progress(phone: Phone, event: str, *, plan_version: int, stop_id: str = "") -> None:
    """Record progress on the plan."""
    body = {"stop_id": stop_id, "event": event, "reason": "", "plan_version": plan_version, "fix": None}
    phone.records().write(RecordType.PLAN_EVENT, body)


def title(code: int) -> str:
    """Return the outcome in Chinese."""
    return OUTCOMES[code].zh
