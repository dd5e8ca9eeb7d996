"""The draft of a notice after a phone was lost (个人信息泄露通知): what was on it, for authority and people. Pure.

It states what the system knows and leaves blank what only people know; legal completes, decides and sends it.
Source: 个人信息保护法 §57: the kinds of information, cause and possible harm; what was done and what people can do
themselves; how to reach the processor; where the measures prevent harm, people need not be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.clock import SHANGHAI

BLANK = "________"
CATEGORIES = (
    "姓名、证件类型及证件号后四位、本人联系电话",
    "住址、单位或送达地址及坐标（敏感个人信息）",
    "欠款产品、金额、逾期情况及合同号后几位（敏感个人信息：金融账户相关）",
    "外访安排、上次结果与安全提示",
)
"""What a day pack holds of a person; ID numbers in full are not on a phone."""
DONE = "设备已撤销，服务器不再向其提供任何资料；该手机下一次联网即收到清除客户资料的指令"


@dataclass(frozen=True, slots=True)
class PackHeld:
    """A day pack that the phone may have held: scheme, day, until when it could be read, the cases in it."""

    scheme_serial: str
    day: str
    expires_at: datetime
    case_nos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BreachFacts:
    """What the system knows of a phone that is gone."""

    firm: str
    contact: str
    device_label: str
    holder_staff_no: str
    last_contact_at: datetime | None
    reported_at: datetime
    unsent_count: int | None
    packs: tuple[PackHeld, ...]
    drafted_at: datetime

    @property
    def case_nos(self) -> tuple[str, ...]:
        """Every case that was on the phone, once."""
        return tuple(sorted({one for pack in self.packs for one in pack.case_nos}))


def draft(facts: BreachFacts) -> str:
    """Return the draft in Markdown: to the authority, then to each person; every fact with where it comes from."""
    lines = [
        "# 个人信息安全事件通知（草稿）", "",
        "> 本稿由系统按已知事实生成，须法务核对、补全空白并决定是否发送（个人信息保护法 57）。不含姓名与证件号。", "",
        "## 一、致履行个人信息保护职责的部门", "", *_authority(facts), "",
        "## 二、致个人", "", *_person(facts), "",
        "## 三、附：系统记录", "", *_record(facts), "",
    ]  # fmt: skip
    return "\n".join(lines)


def letter(facts: BreachFacts) -> tuple[str, ...]:
    """Return the words to each person, paragraph by paragraph; whether they are sent legal decides."""
    return tuple(text for text in _person(facts)[:-1] if text)


def _authority(facts: BreachFacts) -> Sequence[str]:
    return (
        f"1. **处理者**：{facts.firm}，联系方式 {facts.contact or BLANK}。",
        (
            f"2. **事件**：外访员（工号 {facts.holder_staff_no}）的工作手机“{facts.device_label}”于"
            f" {_moment(facts.reported_at)} 报失并撤销；原因：{BLANK}。"
        ),
        f"3. **涉及人数**：最多 {len(facts.case_nos)} 件案件的债务人（{len(facts.packs)} 份日包）。",
        f"4. **信息种类**：{'；'.join(CATEGORIES)}。",
        f"5. **可能的危害**：手机被解锁时，他人可能获知上述信息；{BLANK}。",
        f"6. **已采取的措施**：{DONE}；{BLANK}。",
    )


def _person(facts: BreachFacts) -> Sequence[str]:
    return (
        (
            f"您好。{facts.firm}的一部工作手机于 {_moment(facts.reported_at)} 报失，其中可能存有您的下列信息："
            f"{'；'.join(CATEGORIES)}。"
        ),
        "",
        (
            f"{DONE}。请留意以上述信息为由的来电来访：我方工作人员不收取任何款项，"
            "还款仅付至委托方账户；如有疑问，请勿提供验证码或转账。"
        ),
        "",
        f"联系方式：{facts.contact or BLANK}。您可以查阅、更正、删除您的个人信息，或向监管部门投诉。",
        "",
        f"如所采取措施能够有效避免危害，可以不通知个人（个人信息保护法 57 第二款）；由法务判断并记录理由：{BLANK}。",
    )


def _record(facts: BreachFacts) -> Sequence[str]:
    unsent = BLANK if facts.unsent_count is None else f"{facts.unsent_count} 条"
    rows = [
        f"| {pack.scheme_serial} | {pack.day} | {_moment(pack.expires_at)} | {len(pack.case_nos)} |"
        f" {'、'.join(pack.case_nos)} |"
        for pack in facts.packs
    ]
    return (
        (
            f"- 最后一次联网：{_moment(facts.last_contact_at) if facts.last_contact_at else '从未'}；"
            f"当时手机报告未上传记录 {unsent}。"
        ),
        f"- 草稿生成：{_moment(facts.drafted_at)}。",
        "",
        "| 方案 | 日期 | 日包可读至 | 件数 | 案件 |",
        "|---|---|---|---|---|",
        *(rows or ["| 无 | | | 0 | |"]),
    )


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M（北京时间）")
