"""The calendar of deadlines, read back by its own rules."""

from datetime import UTC, date, datetime

from server.escalation.calendar import Event, write

AT = datetime(2026, 12, 3, 1, 2, 3, tzinfo=UTC)


def unfolded(events):
    raw = write(events, at=AT)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    return raw.replace(b"\r\n ", b"").decode().split("\r\n")


def test_holds_an_all_day_event_for_each_deadline():
    lines = unfolded([Event("filing-1-x@doorstep", date(2026, 12, 31), "WH-1 上诉", "民诉法 171")])
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert {"DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "DTSTAMP:20261203T010203Z"} <= set(lines)
    assert "SUMMARY:WH-1 上诉" in lines


def test_escapes_and_folds_without_cutting_a_character():
    text = "期限；" * 40 + "a,b;c\\d\ne"
    lines = unfolded([Event("1", date(2026, 12, 31), text, "")])
    assert f"SUMMARY:{'期限；' * 40}a\\,b\\;c\\\\d\\ne" in lines


def test_takes_no_line_from_what_it_is_told():
    lines = unfolded([Event("1", date(2026, 12, 31), "x\r\nEND:VEVENT", "y\rz")])
    assert lines.count("END:VEVENT") == 1


def test_is_a_calendar_when_nothing_is_due():
    assert unfolded([])[-2] == "END:VCALENDAR"
