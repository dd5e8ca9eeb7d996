"""One row of a placement file as a case: who owes what since when, where, and what is wrong with the cells. Pure.

Which fault refuses a row and which only flags it is decided in docs/adr/0011-intake-faults.md.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from server.cases.faults import Code
from server.cases.headers import PARTS, Field
from server.cases.identity import FLAW_EN, FLAW_ZH, IdentityKind, is_phone, judge_number, normal_number, normal_phone
from server.cases.mapping import Template
from server.cases.placement import GuaranteeKind, Hint, PlacedAmounts, PlacedCase, PlacedGuarantor
from server.cases.places import read_addresses
from server.cases.rows import RowReader
from server.cases.values import count_of, narrow, rate_of, yuan

ID_CARD_WORDS = ("", "身份证", "居民身份证", "二代身份证", "统一社会信用代码", "营业执照")
HINT_WORDS = {Hint.DISPUTE: ("异议", "争议"), Hint.COMPLAINT: ("投诉",)}


def read_case(
    reader: RowReader, *, case_no: str, amounts: Mapping[Field, int], template: Template, as_of_on: date
) -> PlacedCase | None:
    """Read every field of a case; None when it lacks what no case can lack (the faults say what)."""
    name = read_name(reader)
    id_number, id_kind, is_confirmed = read_identity(reader, as_of_on=as_of_on)
    owed = read_amounts(reader, amounts=amounts)
    due_on, overdue_on = read_due(reader, as_of_on=as_of_on)
    placed_on, return_on = read_placement_days(reader)
    guarantors, addresses = read_guarantors(reader, as_of_on=as_of_on), read_addresses(reader)
    last_paid_on, phone, remark = reader.day(Field.LAST_PAID_ON), read_phone(reader), reader.text(Field.REMARK)
    if owed is None or overdue_on is None:
        return None
    return PlacedCase(
        case_no=case_no,
        contract_no=reader.text(Field.CONTRACT_NO),
        product=reader.text(Field.PRODUCT) or template.defaults.get("product", ""),
        batch=reader.text(Field.BATCH),
        name=name,
        id_type=reader.text(Field.ID_TYPE),
        id_number=id_number,
        id_kind=id_kind,
        is_identity_confirmed=is_confirmed,
        card_no=normal_number(reader.text(Field.CARD_NO)),
        phone=phone,
        contact_name=reader.text(Field.CONTACT_NAME),
        placed_on=placed_on,
        return_on=return_on,
        overdue_on=overdue_on,
        due_on=due_on,
        days_past_due=days_past_due(reader, overdue_on=overdue_on, as_of_on=as_of_on, is_due_day=bool(due_on)),
        penalty_rate=rate_of(reader.text(Field.PENALTY_RATE)),
        last_paid_on=last_paid_on,
        amounts=owed,
        addresses=addresses,
        guarantors=guarantors,
        remark=remark,
        hints=hints_in(remark),
    )


def read_name(reader: RowReader) -> str:
    """Return the debtor's name, and note its absence."""
    return reader.required(
        Field.NAME, missing=Code.MISSING_NAME, reason="缺少姓名或名称", reason_en="the debtor's name is missing"
    )


def hints_in(remark: str) -> tuple[Hint, ...]:
    """Return what a creditor's remark hints at."""
    return tuple(hint for hint, words in HINT_WORDS.items() if any(word in remark for word in words))


def read_identity(reader: RowReader, *, as_of_on: date) -> tuple[str, IdentityKind, bool]:
    """Return the debtor's number, what it names, and whether its check digit confirms it."""
    text = reader.required(
        Field.ID_NUMBER,
        missing=Code.MISSING_ID,
        reason="缺少证件号码，无法确认债务人身份",
        reason_en="the ID number is missing, so nobody can tell who owes this debt",
    )
    number = normal_number(text)
    if not number or narrow(reader.text(Field.ID_TYPE)) not in ID_CARD_WORDS:
        return number, IdentityKind.OTHER, bool(number)
    kind, flaw = judge_number(number, on=as_of_on)
    if flaw is not None:
        reader.note(Field.ID_NUMBER, code=Code.ID_UNCONFIRMED, reason=FLAW_ZH[flaw], reason_en=FLAW_EN[flaw])
    return number, kind, flaw is None


def read_amounts(reader: RowReader, *, amounts: Mapping[Field, int]) -> PlacedAmounts | None:
    """Return what is owed; notes a total that is not the sum of its parts or not contract minus paid."""
    total_fen = amounts.get(Field.TOTAL)
    if total_fen is None:
        if not any(fault.code is Code.BAD_AMOUNT for fault in reader.faults):
            reader.required(
                Field.TOTAL, missing=Code.MISSING_AMOUNT, reason="缺少欠款金额", reason_en="the amount is missing"
            )
        return None
    parts = {part: amounts.get(part, 0) for part in PARTS}
    has_parts = any(part in amounts for part in PARTS)
    parts_fen = sum(parts.values())
    if has_parts and parts_fen != total_fen:
        reader.note(
            Field.TOTAL,
            code=Code.PARTS_DIFFER,
            reason=f"分项合计 {yuan(parts_fen)} 与总额 {yuan(total_fen)} 不符",
            reason_en=f"the parts add up to {yuan(parts_fen)}, the total says {yuan(total_fen)}",
        )
    note_balance(reader, amounts=amounts, total_fen=total_fen)
    return PlacedAmounts(
        total_fen=total_fen,
        principal_fen=parts[Field.PRINCIPAL] if has_parts else total_fen,
        interest_fen=parts[Field.INTEREST],
        penalty_interest_fen=parts[Field.PENALTY_INTEREST],
        penalty_fen=parts[Field.PENALTY],
        fees_fen=parts[Field.FEES],
        contract_amount_fen=amounts.get(Field.CONTRACT_AMOUNT),
        paid_before_fen=amounts.get(Field.PAID_AMOUNT),
        last_paid_fen=reader.debt_fen(Field.LAST_PAID),
    )


def note_balance(reader: RowReader, *, amounts: Mapping[Field, int], total_fen: int) -> None:
    """Note an owed amount that is not the contract's amount minus what was paid (合同金额-已付=尚欠)."""
    contract_fen, paid_fen = amounts.get(Field.CONTRACT_AMOUNT), amounts.get(Field.PAID_AMOUNT)
    if contract_fen is None or paid_fen is None or contract_fen - paid_fen == total_fen:
        return
    rest = yuan(contract_fen - paid_fen)
    reader.note(
        Field.TOTAL,
        code=Code.BALANCE_DIFFERS,
        reason=f"合同金额减已付为 {rest}，与尚欠 {yuan(total_fen)} 不符",
        reason_en=f"contract minus paid is {rest}, the amount owed says {yuan(total_fen)}",
    )


def read_due(reader: RowReader, *, as_of_on: date) -> tuple[date | None, date | None]:
    """Return the agreed due day, if the file has one, and the first day overdue."""
    due_on, overdue_on = reader.day(Field.DUE_ON), reader.day(Field.OVERDUE_ON)
    first = overdue_on or (due_on + timedelta(days=1) if due_on else None)
    wanted = Field.OVERDUE_ON if Field.OVERDUE_ON in reader.layout.columns else Field.DUE_ON
    if first is None and not any(fault.code is Code.BAD_DATE for fault in reader.faults):
        reader.note(wanted, code=Code.MISSING_DATE, reason="缺少逾期日", reason_en="the day of default is missing")
    if first is not None and first > as_of_on:
        reader.note(
            wanted,
            code=Code.DATES_OUT_OF_ORDER,
            reason=f"截至 {as_of_on} 尚未逾期",
            reason_en=f"not yet overdue on {as_of_on}",
        )
    return due_on, first


def days_past_due(reader: RowReader, *, overdue_on: date, as_of_on: date, is_due_day: bool) -> int:
    """Return days past due on the as-of day, and note when the file counts otherwise.

    A first day overdue counts from itself as the creditors' files do; an agreed due day counts from that day.
    """
    ours = max((as_of_on - overdue_on).days + (1 if is_due_day else 0), 0)
    theirs = count_of(reader.text(Field.DAYS_PAST_DUE))
    if theirs is not None and abs(theirs - ours) > 1:
        reader.note(
            Field.DAYS_PAST_DUE,
            code=Code.DAYS_DIFFER,
            reason=f"按逾期日计算为 {ours} 天，采用计算值",
            reason_en=f"{ours} days by the date of default; that figure is used",
        )
    return ours


def read_placement_days(reader: RowReader) -> tuple[date | None, date | None]:
    """Return the day of placement and the day of return, and note a return that lies before the placement."""
    placed_on, return_on = reader.day(Field.PLACED_ON), reader.day(Field.RETURN_ON)
    if placed_on and return_on and return_on < placed_on:
        reader.note(
            Field.RETURN_ON,
            code=Code.DATES_OUT_OF_ORDER,
            reason="退案日早于委案日",
            reason_en="the return day lies before the placement",
        )
    return placed_on, return_on


def note_currency(reader: RowReader) -> None:
    """Note a sheet whose title names another currency than renminbi: such amounts are never taken as yuan."""
    if reader.layout.currency:
        reader.note(
            Field.TOTAL,
            code=Code.CURRENCY,
            reason=f"币种为 {reader.layout.currency}，仅接受人民币",
            reason_en=f"the currency is {reader.layout.currency}; only renminbi is taken",
        )


def read_phone(reader: RowReader) -> str:
    """Return the telephone number as given, normalised, and note one of an impossible shape."""
    text = reader.text(Field.PHONE)
    if text and not is_phone(text):
        reader.note(
            Field.PHONE, code=Code.BAD_PHONE, reason="电话号码格式不符", reason_en="not the shape of a phone number"
        )
    return normal_phone(text)


def read_guarantors(reader: RowReader, *, as_of_on: date) -> tuple[PlacedGuarantor, ...]:
    """Return the guarantor a row names, if any."""
    name = reader.text(Field.GUARANTOR_NAME)
    if not name:
        return ()
    number = normal_number(reader.text(Field.GUARANTOR_ID))
    flaw = judge_number(number, on=as_of_on)[1]
    if flaw is not None:
        reader.note(
            Field.GUARANTOR_ID,
            code=Code.GUARANTOR_ID_UNCONFIRMED,
            reason=f"保证人{FLAW_ZH[flaw]}",
            reason_en=f"guarantor: {FLAW_EN[flaw]}",
        )
    is_joint = "连带" in reader.text(Field.GUARANTEE_KIND)
    kind = GuaranteeKind.JOINT if is_joint else GuaranteeKind.GENERAL
    return (PlacedGuarantor(name=name, id_number=number, is_identity_confirmed=flaw is None, kind=kind),)
