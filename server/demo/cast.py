"""The people of the demo and the evening's stage: who works here, and on which days the story plays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from server import audit, clock, config
from server.accounts.auth import hash_password
from server.accounts.models import Person
from server.accounts.roles import Role
from server.app import create_app, upgrade_database
from server.clock import SHANGHAI
from server.db import begin_write, db
from server.keys import make_keys

PASSWORD = "demo-only-2026"  # noqa: S105  # printed by the demo; its installation is labelled DEMO
FRIDAY = 4

Member = tuple[str, str, str, Role]
"""Login, name, staff number and role of one person."""

STAFF: tuple[Member, ...] = (
    ("lin", "林筛", "WF-0101", Role.SPECIALIST),
    ("zhou", "周组长", "WF-0102", Role.SUPERVISOR),
    ("sun", "孙主管", "WF-0103", Role.SUPERVISOR),
    ("guo", "郭总", "WF-0001", Role.MANAGER),
    ("hu", "胡法务", "WF-0104", Role.LEGAL),
    ("ma", "马合规", "WF-0105", Role.COMPLIANCE),
    ("tan", "谭审计", "WF-0106", Role.AUDITOR),
    ("an", "安管理", "WF-0107", Role.ADMIN),
    ("fang", "方葵", "WF-0127", Role.AGENT),
    ("luo", "罗宁", "WF-0128", Role.AGENT),
    ("ali", "阿里木·䶮", "WF-0129", Role.AGENT),
    ("qin", "秦月", "WF-0130", Role.AGENT),
    ("deng", "邓舟", "WF-0131", Role.AGENT),
    ("xie", "谢遥", "WF-0132", Role.AGENT),
)
CREWS = (
    ("一组", "fang", "luo", "粤B·演001"),
    ("二组", "ali", "qin", "粤B·演002"),
    ("三组", "deng", "xie", "粤B·演003"),
)
FIRM = {
    "NAME": "演示催收服务有限公司（DEMO）",
    "PHONE": "0755-00000000",
    "COMPLAINT_PHONE": "400-000-0000",
    "ADDRESS": "深圳市演示区样例路1号",
}


@dataclass(frozen=True, slots=True)
class Days:
    """The two working days of the story, both past: the office prepares on one, the crews visit on the next."""

    office: date
    visit: date

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a moment of Shanghai time as UTC-aware."""
        return datetime.combine(day, time(hour, minute), SHANGHAI)


def last_two_working_days(today: date) -> Days:
    """Return the last two weekdays before today."""
    office, visit = last_working_days(today, count=2)
    return Days(office=office, visit=visit)


def last_working_days(today: date, *, count: int) -> list[date]:
    """Return the last `count` weekdays before today, oldest first."""
    found: list[date] = []
    day = today
    while len(found) < count:
        day -= timedelta(days=1)
        if day.weekday() <= FRIDAY:
            found.append(day)
    return found[::-1]


def set_up(var_dir: Path, *, port: int, staff: Sequence[Member] = STAFF) -> None:
    """Make a fresh demo installation: keys, settings, database, people."""
    make_keys(var_dir / "keys")
    (var_dir / "DEMO").write_text("A demo installation: synthetic data, known passwords, a shifted clock.\n")
    lines = [f"DOORSTEP_FIRM_{name}={value!r}" for name, value in FIRM.items()]
    lines.append(f"DOORSTEP_PUBLIC_URL='http://127.0.0.1:{port}'")
    lines.append("DOORSTEP_SECOND_FACTOR_ROLES=''")  # its passwords are known to all: nobody is to set a phone up first
    (var_dir / "doorstep.env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with create_app(config.load(var_dir)).app_context():
        upgrade_database()
        begin_write()
        secret = hash_password(PASSWORD)
        for username, name, staff_no, role in staff:
            person = Person(
                id=clock.new_id(),
                username=username,
                name=name,
                staff_no=staff_no,
                role_names=[role.value],
                creditor_ids=None,
                password_hash=secret,
                qualified_until=clock.today() + timedelta(days=365) if role is Role.AGENT else None,
            )
            db.session.add(person)
            audit.note("person.added", f"person:{person.id}", actor_id=None, roles=person.role_names)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
