"""Everything the simulated days are played with, and what many phones do at once on it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from server.simulation.cutter import Cutter
from server.simulation.installation import Installation
from server.simulation.ledger import Ledger
from server.simulation.office import Bureau
from server.simulation.phones import FleetPhone, Killed
from server.simulation.plan import AgentPlan, Plan
from server.simulation.progress import Progress
from sync.phone.transport import NoNetwork, Refused

WORKERS = 8
ENROL_TRIES = 8
Act = Callable[[FleetPhone], None]


@dataclass(frozen=True, slots=True)
class Death:
    """When the server dies in a phase: after so many phones are through; what is done while it is down."""

    after: int
    at: datetime
    meanwhile: Callable[[], None] | None = None


@dataclass
class Stage:
    """The installation, the office, both lines, the witness, and the fleet."""

    plan: Plan
    installation: Installation
    bureau: Bureau
    ledger: Ledger
    line: Cutter
    slow_line: Cutter
    folder: Path
    progress: Progress
    phones: dict[int, FleetPhone] = field(default_factory=dict)
    lost: list[FleetPhone] = field(default_factory=list)

    def everybody(self) -> list[FleetPhone]:
        """Return every phone there ever was."""
        return [*self.phones.values(), *self.lost]

    def present(self) -> list[FleetPhone]:
        """Return the phones that have a network now and then."""
        return [phone for phone in self.phones.values() if not phone.plan.is_away]

    def each(self, title: str, phones: Sequence[FleetPhone], act: Act, *, death: Death | None = None) -> None:
        """Let every phone act, eight at a time; kill the server on the way when its death is due."""
        with self.progress.step(title, total=len(phones)) as bar, ThreadPoolExecutor(WORKERS) as pool:
            waits = [pool.submit(with_store, phone, act) for phone in phones]
            for number, done in enumerate(as_completed(waits), start=1):
                done.result()
                bar.forward()
                if death is not None and number == death.after:
                    self.die(death)

    def die(self, death: Death) -> None:
        """Kill the server, do what is done while it is down, start it again."""
        with self.installation.lock:
            self.installation.die(death.at, death.meanwhile)
        self.ledger.count("server_killed")

    def enrol(self, plan: AgentPlan, *, at: datetime, name: str) -> FleetPhone:
        """Enrol a phone of an agent over its line. Raises NoNetwork when that does not work in eight calls."""
        line = self.slow_line if plan.is_slow else self.line
        path = self.folder / "phones" / f"{name}.db"
        path.parent.mkdir(exist_ok=True)
        phone = FleetPhone(path, line.url, plan=plan, at=at, ledger=self.ledger, label=name)
        phone.person_id = self.bureau.ids[plan.username]
        code = self.bureau.code_for(plan.username)
        with_store(phone, lambda one: _enrol(one, code))
        return phone

    def enrol_all(self, *, at: datetime) -> None:
        """Enrol everybody's phone."""
        with self.progress.step("手机登记 · phones enrol", total=len(self.plan.agents)) as bar:
            for plan in self.plan.agents:
                self.phones[plan.number] = self.enrol(plan, at=at, name=plan.username)
                bar.forward()

    def replace_phone(self, number: int, *, at: datetime) -> None:
        """Report an agent's phone lost and put a new one into the agent's hands."""
        gone = self.phones[number]
        with_store(gone, lambda one: self.bureau.report_lost(one.store.get("device") or ""))
        self.lost.append(gone)
        fresh = replace(gone.plan, seed=gone.plan.seed ^ 0xFFFF)
        self.phones[number] = self.enrol(fresh, at=at, name=f"{gone.plan.username}-replacement")


def with_store(phone: FleetPhone, act: Act) -> None:
    """Wake a phone in this thread, let it act, and shut it."""
    phone.wake()
    try:
        act(phone)
    finally:
        phone.fate.arm()
        phone.shut()


def hand_in(phone: FleetPhone, *, rounds: int) -> bool:
    """Let a phone that was reported lost hand in what it holds; tell whether everything went."""
    for _ in range(rounds):
        try:
            phone.sync()
        except Refused as refusal:
            if refusal.problem.get("wipe") and phone.store.unsent() == 0:
                return True
        except NoNetwork:
            phone.ledger.count("rounds_broken_off")
        except Killed:
            phone.revive()
    return False


def _enrol(phone: FleetPhone, code: str) -> None:
    for _ in range(ENROL_TRIES):
        try:
            phone.enrol(code)
        except NoNetwork:
            phone.ledger.count("rounds_broken_off")
        else:
            return
    raise NoNetwork(f"{phone.label} could not enrol")
