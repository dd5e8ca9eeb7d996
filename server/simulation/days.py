"""The simulated days: mornings that send out, visits without network, noons and evenings that sync over a bad line."""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import partial
from pathlib import Path

from server.clock import SHANGHAI
from server.demo import doors
from server.simulation import tricks, visiting
from server.simulation.cutter import CLEAR
from server.simulation.phones import FleetPhone
from server.simulation.plan import WHILE_WAITING, DayPlan, Trick
from server.simulation.stage import Death, Stage, hand_in, with_store
from sync.envelope import Record
from sync.phone.store import Store

MORNING, NOON, EVENING, NIGHT = time(7, 30), time(12, 30), time(19, 0), time(21, 30)
FIRST_HALF = 0.5
LAST_ROUNDS = 40
VISITS_WITHIN_S = 300.0


def play(stage: Stage, dates: list[date]) -> None:
    """Play all days and bring every phone home. Raises what the office or the server does not survive."""
    stage.installation.start(_at(dates[0], MORNING))
    stage.bureau.open()
    with stage.progress.step("委案导入 · portfolio", total=1):
        stage.bureau.take_in(stage.folder / "files", as_of=dates[0], days=len(dates))
    stage.enrol_all(at=_at(dates[0], MORNING))
    for number, (day, today) in enumerate(zip(dates, stage.plan.days, strict=True), start=1):
        _play_day(stage, day, today, number=number)
    _come_home(stage, at=_at(dates[-1], NIGHT))


def _play_day(stage: Stage, day: date, today: DayPlan, *, number: int) -> None:
    title, backup = f"第{number}天 day {number}", stage.folder / "backup"
    if number > 1:
        stage.installation.restart(_at(day, MORNING))
        stage.bureau.open()
    with stage.progress.step(f"{title} · 方案下发 dispatch", total=1):
        scheme_ids = stage.bureau.send_out(day)
    everybody = list(stage.phones.values()) if number == 1 else stage.present()
    stage.each(f"{title} · 早间同步 morning sync", everybody, partial(_sync, at=_at(day, MORNING), day=0))
    _visit(stage, f"{title} · 上午外访 visits", day, number, share=FIRST_HALF)
    _reach(stage, _at(day, NOON), is_killed_later=bool(today.kill_after[0]))
    _swap(stage, scheme_ids, today)
    keep = partial(stage.installation.back_up, backup) if today.is_backed_up else None
    _sync_all(stage, f"{title} · 中午同步 noon sync", number, Death(today.kill_after[0], _at(day, NOON), keep))
    _visit(stage, f"{title} · 下午外访 visits", day, number, share=1.0)
    _reach(stage, _at(day, EVENING), is_killed_later=bool(today.kill_after[1]))
    _play_tricks(stage, [one for one in today.tricks if one[1] in WHILE_WAITING])
    back = partial(_restore, stage, backup) if today.is_restored else None
    death = Death(today.kill_after[1], _at(day, EVENING), back)
    _sync_all(stage, f"{title} · 晚间同步 evening sync", number, death, gone=today.lost)
    _play_tricks(stage, [one for one in today.tricks if one[1] not in WHILE_WAITING])
    if today.lost is not None:
        stage.bureau.open()
        stage.replace_phone(today.lost, at=_at(day, EVENING))


def _reach(stage: Stage, at: datetime, *, is_killed_later: bool) -> None:
    """Bring the server's clock to a moment, unless it is killed in the phase that begins and comes back then."""
    if not is_killed_later:
        stage.installation.restart(at)
        stage.bureau.open()


def _sync_all(stage: Stage, title: str, number: int, death: Death, *, gone: int | None = None) -> None:
    phones = [phone for phone in stage.present() if phone.plan.number != gone]
    stage.each(title, phones, partial(_sync, at=death.at, day=number), death=death)


def _swap(stage: Stage, scheme_ids: list[str], today: DayPlan) -> None:
    if today.swap is not None:
        stage.bureau.open()
        with stage.progress.step("  两组对调 · two crews change places", total=1):
            stage.bureau.swap(scheme_ids, today.swap)


def _sync(phone: FleetPhone, *, at: datetime, day: int) -> None:
    phone.clock.forward_to(at)
    if day and phone.plan.dies_sending:
        phone.fate.arm(sends=phone.plan.dies_sending[day - 1], writes=phone.plan.dies_writing[day - 1])
    if phone.sync_until_done() is None:
        phone.ledger.count("syncs_not_through")


def _visit(stage: Stage, title: str, day: date, number: int, *, share: float) -> None:
    stage.each(title, list(stage.phones.values()), partial(_go_round, day=day, number=number, share=share))


def _go_round(phone: FleetPhone, *, day: date, number: int, share: float) -> None:
    plan = phone.plan
    if plan.dies_writing:
        phone.fate.arm(writes=plan.dies_writing[number - 1])
    today = None if plan.is_away else day.isoformat()
    for stop in visiting.choose(phone, day=today, share=FIRST_HALF if plan.is_away else share):
        visiting.visit(phone, stop, doors.CYCLE[phone.rng.randrange(len(doors.CYCLE))])


def _play_tricks(stage: Stage, played: Sequence[tuple[int, Trick]]) -> None:
    for who, trick in played:
        phone = stage.phones[who]
        with_store(phone, partial(tricks.play, trick=trick, foreign=_foreign(stage, phone)))


def _foreign(stage: Stage, phone: FleetPhone) -> Record | None:
    """Return an acknowledged record of some other phone."""
    for other in stage.phones.values():
        if other is not phone:
            store = Store(other.path)
            records = store.records("accepted", limit=1)
            store.close()
            if records:
                return records[0]
    return None


def _restore(stage: Stage, backup: Path) -> None:
    stage.installation.restore(backup)
    stage.ledger.count("restores")


def _come_home(stage: Stage, *, at: datetime) -> None:
    """Give every phone a clear line until it has handed in everything and pulled what is told about it."""
    stage.line.weather = stage.slow_line.weather = CLEAR
    _reach(stage, at, is_killed_later=False)
    stage.each("全部归队 · everybody comes home", list(stage.phones.values()), _bring_home)
    stage.each("失机寻回 · lost phones are found", stage.lost, _bring_lost)
    if not stage.installation.await_visits(within_s=VISITS_WITHIN_S):
        stage.ledger.note_unforeseen("records were kept and never given to their visits")
    stage.each("最后同步 · one last sync", list(stage.phones.values()), _bring_home)


def _bring_home(phone: FleetPhone) -> None:
    if phone.sync_until_done(rounds=LAST_ROUNDS) is None:
        phone.ledger.note_unforeseen(f"{phone.label} could not hand everything in")


def _bring_lost(phone: FleetPhone) -> None:
    if not hand_in(phone, rounds=LAST_ROUNDS):
        phone.ledger.note_unforeseen(f"{phone.label}, lost and found, could not hand everything in")


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, SHANGHAI)
