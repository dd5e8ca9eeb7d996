"""Values as they are worded on paper: Beijing dates and times, lengths, masked names, 是/否. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
BLANK = "—"


class NaiveTime(ValueError):
    """A time on paper must say its zone."""


def moment(at: datetime | None) -> str:
    """Return the time in Beijing to the second, or a dash. Raises NaiveTime."""
    return BLANK if at is None else f"{_beijing(at):%Y-%m-%d %H:%M:%S}"


def clock(at: datetime | None) -> str:
    """Return the time of day in Beijing to the minute, or a dash. Raises NaiveTime."""
    return BLANK if at is None else f"{_beijing(at):%H:%M}"


def day_of(at: datetime | None) -> str:
    """Return the Beijing date of a time, or a dash. Raises NaiveTime."""
    return BLANK if at is None else day(_beijing(at).date())


def day_in_beijing(at: datetime) -> date:
    """Return the Beijing date of a time. Raises NaiveTime."""
    return _beijing(at).date()


def day(on: date | None) -> str:
    """Return the date as 2026年12月2日, or a dash."""
    return BLANK if on is None else f"{on.year}年{on.month}月{on.day}日"


def span(start_on: date, end_on: date) -> str:
    """Return one day or a range of days."""
    return day(start_on) if start_on == end_on else f"{day(start_on)} 至 {day(end_on)}"


def length(minutes: int) -> str:
    """Return a number of minutes as 1小时25分."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}小时{rest:02d}分" if hours else f"{rest}分钟"


def kilometres(metres: int) -> str:
    """Return a distance in metres as 48.3 公里."""
    return f"{metres / 1000:.1f} 公里"


def tick(*, given: bool, label: str) -> str:
    """Return a ticked or empty box and its label; the box and its label stay on one line of text."""
    return f"{'☑' if given else '☐'}{label}"


def yes_no(answer: bool | None) -> str:  # noqa: FBT001 - a value to word, not a switch
    """Return both boxes, the true one ticked; nothing is ticked when it is not known."""
    return f"{tick(given=answer is True, label='是')}　{tick(given=answer is False, label='否')}"


def or_blank(text: str) -> str:
    """Return the text, or a dash where there is none."""
    return text if text.strip() else BLANK


def short_hash(digest: str) -> str:
    """Return the first twelve characters of a fingerprint, or a dash."""
    return digest.removeprefix("sha256:")[:12] or BLANK


def last_four(number: str) -> str:
    """Return a number by its last four characters: 尾号 0717."""
    return f"尾号 {number[-4:]}" if number.strip() else BLANK


def masked(name: str) -> str:
    """Return a name by its first character only: 王**."""
    return f"{name.strip()[:1]}**" if name.strip() else BLANK


def _beijing(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise NaiveTime(f"expected a time with its zone, got {at.isoformat()}")
    return at.astimezone(BEIJING)
