"""Each rule of the visiting day is kept by a lawful case, broken by an unlawful one and unknown without its facts."""

import pytest

from server.compliance.evaluate import Finding, evaluate, failing
from server.compliance.layers import with_policy
from server.compliance.rulepack import Action, Gate, load

PACK = with_policy(load(), policy={name: {"enabled": True} for name in ("FREQ-V", "REC", "SPECIAL")})
VISIT = {
    "starts_at": "2026-12-02T01:30:00Z",
    "ends_at": "2026-12-02T02:00:00Z",
    "on": "2026-12-02",
    "count_1d": 1,
    "count_7d": 2,
    "count_30d": 4,
}
DOOR = {
    "ticked": ["work_id", "authority", "commissioned_by", "recording"],
    "recording_state": "on",
    "special": [],
    "entered_private_place": False,
    "letter_posted": False,
    "outcome": 1,
}
LETTER = {"kind": "lawyers_letter", "law_firm": "测试律所", "lawyer_licence": "1", "seal_sha256": "ab"}
AGENT = {"visit_on": "2026-12-02", "clearance_until": "2026-12-02"}


def finding(rule_id, gate, facts, pack=PACK):
    (result,) = [one for one in evaluate(pack, gate, facts) if one.rule_id == rule_id]
    return result.finding


def visit(**changes):
    return {"visit": VISIT | changes}


def door(**changes):
    return {"door": DOOR | changes}


class TestEvaluate:
    def test_finds_a_lawful_visit_kept_throughout(self):
        facts = visit() | {"case": {"freeze_kinds": []}, "crew": {"member_ids": ["a", "b"]}, "agent": AGENT}
        results = evaluate(PACK, Gate.PLAN, facts)
        assert [one.rule_id for one in results] == ["HOURS", "CREW", "FREQ-V", "HOLIDAY", "FREEZE", "STAFF-OK"]
        assert {one.finding for one in results} == {Finding.KEPT}

    def test_asks_only_about_the_parts_that_are_there(self):
        assert {one.rule_id for one in evaluate(PACK, Gate.PLAN, {"crew": {"member_ids": ["a", "b"]}})} == {"CREW"}
        assert evaluate(PACK, Gate.PLAN, {}) == ()

    def test_asks_only_at_the_rules_own_gates(self):
        assert "IDENT" not in {one.rule_id for one in evaluate(PACK, Gate.DOOR, door())}
        assert evaluate(PACK, Gate.EXPORT, visit() | door()) == ()

    def test_leaves_out_rules_that_are_off(self):
        assert "HOURS-FIRM" not in {one.rule_id for one in evaluate(PACK, Gate.PLAN, visit())}
        firm = with_policy(PACK, policy={"HOURS-FIRM": {"enabled": True}})
        assert finding("HOURS-FIRM", Gate.PLAN, visit(starts_at="2026-12-02T00:10:00Z"), firm) is Finding.BROKEN

    def test_carries_what_a_paper_must_quote(self):
        (result, *_) = evaluate(PACK, Gate.PLAN, visit())
        written = result.as_json()
        assert written["rule_id"] == "HOURS"
        assert written["grade"] == "B"
        assert written["pack"] == PACK.name
        assert written["pack_digest"] == PACK.digest
        assert written["finding"] == "kept"
        assert written["text"]["zh"].startswith("未经债务人书面同意")
        (rule,) = [one for one in PACK.rules if one.id == "HOURS"]
        assert written == {
            "rule_id": "HOURS", "finding": "kept", "action": "BLOCK", "text": dict(rule.text), "source": rule.source,
            "source_zh": rule.source_zh, "grade": "B", "confirm_by_counsel": rule.is_for_counsel,
            "override_role": rule.override_role, "pack": PACK.name, "pack_digest": PACK.digest, "set_by": [],
        }  # fmt: skip

    def test_counts_an_unknown_as_no_pass(self):
        (result,) = [one for one in evaluate(PACK, Gate.PLAN, {"case": {}}) if one.rule_id == "FREEZE"]
        assert result.finding is Finding.UNKNOWN
        assert result.blocks

    def test_takes_a_number_for_no_answer(self):
        odd = with_policy(PACK, policy={})
        assert finding("FREQ-V", Gate.PLAN, visit(count_1d="1"), odd) is Finding.UNKNOWN


class TestHours:
    @pytest.mark.parametrize(
        ("starts_at", "ends_at", "expected"),
        [
            ("2026-12-02T00:00:00Z", "2026-12-02T00:25:00Z", Finding.KEPT),  # 08:00
            ("2026-12-01T23:59:00Z", "2026-12-02T00:25:00Z", Finding.BROKEN),  # 07:59
            ("2026-12-02T13:30:00Z", "2026-12-02T14:00:00Z", Finding.KEPT),  # until 22:00
            ("2026-12-02T13:30:00Z", "2026-12-02T14:01:00Z", Finding.BROKEN),  # until 22:01
            ("2026-12-02T13:30:00Z", "2026-12-03T01:00:00Z", Finding.BROKEN),  # over night
        ],
    )
    def test_keeps_to_eight_until_ten_at_night_local_time(self, starts_at, ends_at, expected):
        assert finding("HOURS", Gate.PLAN, visit(starts_at=starts_at, ends_at=ends_at)) is expected

    def test_yields_to_a_stored_agreement(self):
        late = visit(starts_at="2026-12-02T14:30:00Z", ends_at="2026-12-02T15:00:00Z", hours_agreement_id="r1")
        assert finding("HOURS", Gate.PLAN, late) is Finding.KEPT

    def test_does_not_yield_to_an_empty_agreement(self):
        late = visit(starts_at="2026-12-02T14:30:00Z", ends_at="2026-12-02T15:00:00Z", hours_agreement_id="")
        assert finding("HOURS", Gate.PLAN, late) is Finding.BROKEN

    def test_is_unknown_without_a_time(self):
        assert finding("HOURS", Gate.PLAN, visit(starts_at=None)) is Finding.UNKNOWN


class TestCrew:
    @pytest.mark.parametrize(
        ("members", "expected"),
        [(["a", "b"], Finding.KEPT), (["a", "a"], Finding.BROKEN), (["a"], Finding.BROKEN), ([], Finding.BROKEN)],
    )
    def test_needs_two_different_people(self, members, expected):
        assert finding("CREW", Gate.DISPATCH, {"crew": {"member_ids": members}}) is expected

    def test_records_a_lone_check_in_at_the_door(self):
        (result,) = evaluate(PACK, Gate.DOOR, {"crew": {"checked_in_ids": ["a"]}})
        assert (result.rule_id, result.finding, result.action) == ("CREW-DOOR", Finding.BROKEN, Action.RECORD)
        assert not result.blocks


class TestStaffOk:
    def test_is_valid_through_its_last_day(self):
        assert finding("STAFF-OK", Gate.DISPATCH, {"agent": AGENT}) is Finding.KEPT

    def test_is_broken_the_day_after(self):
        assert finding("STAFF-OK", Gate.DISPATCH, {"agent": AGENT | {"visit_on": "2026-12-03"}}) is Finding.BROKEN

    def test_is_broken_without_a_declaration(self):
        assert finding("STAFF-OK", Gate.DISPATCH, {"agent": {"visit_on": "2026-12-02"}}) is Finding.BROKEN

    def test_blocks_dispatch_and_warns_in_the_plan(self):
        facts = {"agent": {"visit_on": "2026-12-02"}}
        assert [one.blocks for one in evaluate(PACK, Gate.DISPATCH, facts)] == [True]
        assert [one.blocks for one in evaluate(PACK, Gate.PLAN, facts)] == [False]


class TestFrequency:
    @pytest.mark.parametrize("change", [{"count_1d": 2}, {"count_7d": 3}, {"count_30d": 5}])
    def test_asks_above_any_of_the_three_limits(self, change):
        (result,) = [one for one in evaluate(PACK, Gate.PLAN, visit(**change)) if one.rule_id == "FREQ-V"]
        assert result.finding is Finding.BROKEN
        assert result.needs_agreement
        assert result.override_role == "compliance"
        assert result.is_for_counsel


class TestFreeze:
    @pytest.mark.parametrize("kind", ["complaint", "dispute", "stop", "do_not_contact", "recalled", "settled"])
    def test_blocks_every_kind_of_stop_flag(self, kind):
        (result,) = evaluate(PACK, Gate.DISPATCH, {"case": {"freeze_kinds": [kind]}})
        assert result.blocks

    def test_lets_other_flags_pass(self):
        assert finding("FREEZE", Gate.PLAN, {"case": {"freeze_kinds": ["limitation_soon"]}}) is Finding.KEPT


class TestHoliday:
    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("2026-10-01", Finding.BROKEN),
            ("2026-10-04", Finding.KEPT),
            ("2027-02-05", Finding.BROKEN),
            ("2028-03-01", Finding.BROKEN),  # a year nobody has listed yet
        ],
    )
    def test_warns_on_statutory_days_and_unlisted_years(self, on, expected):
        assert finding("HOLIDAY", Gate.PLAN, visit(on=on)) is expected

    def test_never_blocks(self):
        assert not any(one.blocks for one in evaluate(PACK, Gate.PLAN, visit(on="2026-10-01")))


class TestDoor:
    def test_finds_a_lawful_visit_kept(self):
        assert failing(evaluate(PACK, Gate.CHECKOUT, door() | {"record": {"field_names": ["outcome"]}})) == ()

    @pytest.mark.parametrize("missing", ["work_id", "authority", "commissioned_by"])
    def test_blocks_the_checkout_until_identity_was_shown(self, missing):
        ticked = [tick for tick in DOOR["ticked"] if tick != missing]
        (result,) = failing(evaluate(PACK, Gate.CHECKOUT, door(ticked=ticked)))
        assert (result.rule_id, result.blocks) == ("IDENT", True)

    @pytest.mark.parametrize("outcome", [7, 8, 14])
    def test_does_not_ask_for_identity_where_nobody_was_met(self, outcome):
        assert "IDENT" not in {one.rule_id for one in evaluate(PACK, Gate.CHECKOUT, door(ticked=[], outcome=outcome))}

    @pytest.mark.parametrize("changes", [{"recording_state": "refused"}, {"ticked": DOOR["ticked"][:3]}])
    def test_warns_without_an_announced_recording(self, changes):
        (result,) = [one for one in evaluate(PACK, Gate.DOOR, door(**changes)) if one.rule_id == "REC"]
        assert (result.finding, result.action) == (Finding.BROKEN, Action.WARN)

    @pytest.mark.parametrize("circumstance", ["illness", "minor", "bereavement"])
    def test_stops_at_special_circumstances(self, circumstance):
        (result,) = [one for one in evaluate(PACK, Gate.DOOR, door(special=[circumstance])) if one.rule_id == "SPECIAL"]
        assert result.blocks
        assert result.override_role == "supervisor"

    def test_wants_a_consent_for_going_in(self):
        assert finding("ENTRY", Gate.DOOR, door(entered_private_place=True)) is Finding.BROKEN
        inside = door(entered_private_place=True, entry_consent_id="r7")
        assert finding("ENTRY", Gate.DOOR, inside) is Finding.KEPT

    def test_forbids_posting_a_letter(self):
        assert finding("LOC", Gate.CHECKOUT, door(letter_posted=True)) is Finding.BROKEN


class TestCash:
    def test_finds_a_field_for_money(self):
        facts = {"record": {"field_names": ["outcome", "amount_received_fen"]}}
        assert finding("CASH", Gate.CHECKOUT, facts) is Finding.BROKEN

    def test_keeps_a_promise_apart_from_money_received(self):
        facts = {"record": {"field_names": ["outcome", "promised_fen"]}}
        assert finding("CASH", Gate.CHECKOUT, facts) is Finding.KEPT


class TestLetter:
    def test_prints_with_firm_licence_and_seal(self):
        assert finding("LETTER", Gate.PRINT, {"paper": LETTER}) is Finding.KEPT

    @pytest.mark.parametrize("missing", ["law_firm", "lawyer_licence", "seal_sha256"])
    def test_does_not_print_without_any_of_them(self, missing):
        paper = {name: value for name, value in LETTER.items() if name != missing}
        (result,) = evaluate(PACK, Gate.PRINT, {"paper": paper})
        assert result.blocks

    def test_is_silent_about_other_papers(self):
        assert evaluate(PACK, Gate.PRINT, {"paper": {"kind": "account_statement"}}) == ()


class TestFailing:
    def test_puts_what_blocks_first(self):
        facts = visit(on="2026-10-01", count_1d=3) | {"case": {"freeze_kinds": ["complaint"]}}
        assert [one.rule_id for one in failing(evaluate(PACK, Gate.PLAN, facts))] == ["FREEZE", "FREQ-V", "HOLIDAY"]
