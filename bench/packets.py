"""`python -m bench.packets [--engine …]`: a day handed in over a line that drops every fifth packet, at 256 kbit/s.

What `bench/faults` cuts are connections and bytes; here the kernel drops packets of real TCP, in a network namespace of
its own, and phone, server and their time-outs are those of every day. Needs Linux, root, `unshare` (util-linux), `tc`
(iproute2) and `nft` (nftables). Which packets fall is the kernel's chance: no seed repeats it. Last line: JSON.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from random import Random

import click
import requests
from flask import Flask

from bench import installation, postgres
from bench.faults.judge import Verdict, judge
from bench.faults.phones import add_people, issue_codes
from bench.faults.slownet import Counted, write_day
from bench.load import ENGINES
from server import clock
from server.db import db
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import HttpTransport, Line, NoNetwork

LOSS_PCT, KBIT, SEED, ROUNDS, PHOTO_BYTES = 20, 256, 7, 500, 60_000
INSIDE = "BENCH_PACKETS_INSIDE"
# Packets of the size that travels outside, and a queue as long as a mobile network's.
BAD_LINE = f"""set -e
ip link set lo mtu 1500 up
tc qdisc add dev lo root tbf rate {KBIT}kbit burst 3200 latency 2s
nft add table inet weather
nft add chain inet weather arriving '{{ type filter hook input priority 0; }}'
nft add rule inet weather arriving counter
nft add rule inet weather arriving numgen random mod 100 '<' {LOSS_PCT} counter drop
exec "$@"
"""


def dropped() -> tuple[int, int]:
    """Return how many packets came to the line's end, and how many of them fell."""
    told = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    came, fell = (int(one) for one in re.findall(r"counter packets (\d+)", told))
    return came, fell


def hand_in(url: str, code: str, *, path: Path, visits: int, photos: int) -> dict[str, float]:
    """Enrol a phone, write a day on it and sync until all of it is acknowledged; return what it cost."""
    rng = Random(SEED)  # noqa: S311  # what the day says, not a secret
    store, session = Store(path), requests.Session()
    counted = Counted(HttpTransport(url, session))
    senses = Senses(clock.now, lambda: time.monotonic_ns() // 10**6, rng.randbytes, "packets")
    client = Client(store, Line(counted, sleep=time.sleep, jitter=rng.random), senses)
    began_s, broken = time.monotonic(), 0
    for _ in range(ROUNDS):
        with suppress(NoNetwork):
            client.enrol(code, label="packets", app_version="0.1.0")
            break
    write_day(Outbox(store, senses), rng, visits=visits, photos=photos, photo_bytes=PHOTO_BYTES)
    for _ in range(ROUNDS):
        try:
            if client.sync().unsent == 0:
                break
        except NoNetwork:
            broken += 1
    unsent = store.unsent()
    store.close()
    return {
        "took_s": round(time.monotonic() - began_s, 1), "unsent": unsent, "syncs_broken_off": broken,
        "body_kb": round(counted.sent / 1000, 1),
        "resent_pct": round(100 * (counted.sent / max(1, counted.arrived) - 1), 1),
    }  # fmt: skip


@contextmanager
def served(folder: Path, url: str) -> Iterator[tuple[Flask, str]]:
    """Yield an application with people on an empty database, and the address of gunicorn on it."""
    app = installation.application(folder / "var", database_url=url)
    add_people(app)
    with import_module("tests.live").serving(app.extensions["doorstep"]) as server:
        yield app, server.url
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def run(engine: str, *, visits: int, photos: int) -> tuple[dict[str, object], Verdict]:
    """Play the day on one engine; return its figures and the verdict."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-packets-")))
        cluster = stack.enter_context(postgres.cluster()) if engine == "postgres" else None
        url = postgres.sqlalchemy_url(cluster.database("packets")) if cluster else ""
        app, address = stack.enter_context(served(folder, url))
        came_before, fell_before = dropped()
        day = hand_in(address, issue_codes(app, count=1)[0], path=folder / "phone.db", visits=visits, photos=photos)
        came, fell = dropped()
        verdict = judge(app, [folder / "phone.db"])
    lost = {"packets": came - came_before, "lost_pct": round(100 * (fell - fell_before) / (came - came_before), 1)}
    return {"engine": engine, "visits": visits, "photos": photos} | lost | day | asdict(verdict), verdict


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(ENGINES), default=ENGINES, help="May be repeated."
)
@click.option("--visits", default=15, show_default=True, type=click.IntRange(1))
@click.option("--photos", default=15, show_default=True, type=click.IntRange(0), help=f"Of {PHOTO_BYTES} bytes each.")
def main(engines: tuple[str, ...], visits: int, photos: int) -> None:
    """Hand in a day over a line that loses packets, on each engine."""
    if INSIDE not in os.environ:
        again = ["unshare", "--net", "sh", "-c", BAD_LINE, "sh", sys.executable, "-m", "bench.packets", *sys.argv[1:]]
        sys.exit(subprocess.run(again, env=os.environ | {INSIDE: "1"}, check=False).returncode)  # noqa: S603  # ours
    found, is_clean = [], True
    for engine in engines:
        figures, verdict = run(engine, visits=visits, photos=photos)
        click.echo(figures)
        found.append(figures)
        is_clean = is_clean and verdict.is_clean and figures["unsent"] == 0
    click.echo(json.dumps({"bench": "packets", "loss_pct": LOSS_PCT, "kbit": KBIT, "runs": found}))
    sys.exit(0 if is_clean else 1)


if __name__ == "__main__":
    main()
