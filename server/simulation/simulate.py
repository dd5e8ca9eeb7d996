"""Read this first: one simulation from an empty folder to the twelve findings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import requests

from server import clock, config
from server.demo.cast import last_working_days
from server.simulation import again, days, invariants, reading
from server.simulation.cutter import Cutter
from server.simulation.facts import PhoneFacts, Run
from server.simulation.finding import Finding
from server.simulation.installation import Installation, free_port
from server.simulation.installation import settings as kept_apart
from server.simulation.ledger import Ledger
from server.simulation.office import Bureau
from server.simulation.plan import Plan
from server.simulation.progress import Progress
from server.simulation.stage import Stage
from server.simulation.watch import Seen, Watch


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a simulation came to: its plan, the findings, what happened how often, and what nobody foresaw."""

    plan: Plan
    findings: tuple[Finding, ...]
    counts: dict[str, int]
    unforeseen: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Do all invariants hold, and did every phone come home?"""
        return not self.unforeseen and all(one.holds for one in self.findings)


Make = Callable[[Path, int, str], Installation]
"""Makes an installation of its folder, its port and its database's address."""


def simulate(
    plan: Plan, folder: Path, *, database_url: str, progress: Progress, slow_s: float, make: Make = Installation
) -> Outcome:
    """Play a plan in an empty folder and check the invariants; an empty database_url means SQLite in the folder.

    `make` makes the installation: one server, or several hosts that stand for one.
    Raises NotUp when the server does not start, Unexpected when the office is refused what it must be given.
    """
    url = database_url or f"sqlite:///{folder.resolve() / 'var' / 'doorstep.db'}"
    with kept_apart(url):
        stage = set_up(plan, make(folder / "var", free_port(), url), folder, progress)
        try:
            with Watch(stage.installation) as watch:
                days.play(stage, last_working_days(clock.today(), count=len(plan.days)))
            run = read(stage, watch.seen)
        finally:
            stage.installation.kill()
            stage.line.close()
            stage.slow_line.close()
            stage.installation.drop_backup()
    return Outcome(plan, tuple(invariants.check(run, slow_s=slow_s)), _counts(stage), tuple(stage.ledger.unforeseen))


def set_up(plan: Plan, installation: Installation, folder: Path, progress: Progress) -> Stage:
    """Set the installation up, make the lines and the witness."""
    installation.set_up(plan)
    ledger, chance = Ledger(), Random(plan.seed)  # noqa: S311  # a simulation, not a secret
    line, slow = (
        Cutter(installation.port, weather=weather, rng=Random(chance.random()))  # noqa: S311
        for weather in (plan.weather, plan.slow_weather)
    )
    bureau = Bureau(plan, ledger, Random(chance.random()), installation.url)  # noqa: S311
    return Stage(plan, installation, bureau, ledger, line, slow, folder, progress)


def read(stage: Stage, seen: Seen) -> Run:
    """Read everything there is, follow every feed from zero, send everything again, and read the server last."""
    phones = tuple(_phones(stage))
    http = requests.Session()
    callers = {facts.device: again.Caller(stage.installation.url, path, http) for facts, path in phones}
    held = tuple(facts for facts, _ in phones)
    engine, settings = stage.installation.engine(), config.load(stage.installation.var_dir)
    with stage.progress.step("重发与重读 · everything again", total=3) as bar:
        followers = again.followers(callers, held)
        bar.forward()
        retried = again.everything(callers, held, engine)
        bar.forward()
        digests = again.digests(callers, held)
        http.close()
    run = Run(
        phones=held,
        server=reading.server(engine, settings, stored=stage.installation.blobs(settings)),
        wire=stage.ledger,
        seen=seen,
        followers=followers,
        digests=digests,
        retried=retried,
        log_faults=reading.log_faults(stage.installation.var_dir / "server.log", invariants.LOCK_WORDS),
        longest_s=max(stage.line.longest_s, stage.slow_line.longest_s),
        restores=stage.ledger.counts["restores"],
    )
    engine.dispose()
    return run


def _phones(stage: Stage) -> list[tuple[PhoneFacts, Path]]:
    return [
        (reading.phone(one.path, name=one.label, person=one.person_id, is_lost=one in stage.lost), one.path)
        for one in stage.everybody()
    ]


def _counts(stage: Stage) -> dict[str, int]:
    line, slow = stage.line.counts, stage.slow_line.counts
    told = {f"line_{name}": line[name] + slow[name] for name in ("connections", "cut", "unreachable")}
    phones = {"phones": len(stage.everybody()), "phones_rebooted": sum(one.reboots for one in stage.everybody())}
    return {**phones, **told, "server_lives": stage.installation.lives, **dict(sorted(stage.ledger.counts.items()))}
