"""Commands that run the product: init, serve, worker, demo, openapi."""

import fcntl
import json
import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import click
import waitress
from flask import Flask

from server import clock, config, jobs, log_lines, uptime
from server.app import create_app, upgrade_database
from server.console import health
from server.console.openapi import build
from server.db import begin_write, db
from server.devices import leaves
from server.keys import make_keys

IDLE_S = 0.3
WORTH_GOING_ON = 100  # things a turn of the chores did, from which the next follows at once
NICER = 5
DEFAULT_PORT = 8000  # which DOORSTEP_PUBLIC_URL names too, unless it is set


@click.command()
@click.option("--firm-name", default="", help="Name of the collection firm, printed on every paper.")
@click.option("--firm-phone", default="")
@click.option("--firm-complaint-phone", default="")
@click.option("--firm-address", default="")
@click.pass_obj
def init(var_dir: Path, /, **firm: str) -> None:
    """Create the folder, the keys and the database; may be run again at any time."""
    made = make_keys(var_dir / "keys", seal_passphrase=os.environ.get("DOORSTEP_SEAL_PASSPHRASE", ""))
    keep_settings(
        var_dir / "doorstep.env", {f"DOORSTEP_{name.upper()}": value for name, value in firm.items() if value}
    )
    with create_app(config.load(var_dir).as_owner()).app_context():
        upgrade_database()
        begin_write()
        leaves.add_missing()  # of records from before there was a log
        db.session.commit()
    click.echo(f"Ready in {var_dir}. Keys made: {', '.join(made) or 'none, all were there'}.")


def keep_settings(path: Path, given: dict[str, str]) -> None:
    """Write the settings given into the file, leaving every other line of it as it is."""
    if not given:
        return
    old = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    kept = [line for line in old if line.partition("=")[0].strip() not in given]
    lines = kept + [f"{name}={value!r}" for name, value in given.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64))
@click.option("--clock-offset-s", default=0, hidden=True, help="Demo installations only: shift the server's clock.")
@click.pass_obj
def serve(var_dir: Path, host: str, port: int, threads: int, clock_offset_s: int) -> None:
    """Serve the API and run the jobs, in one process."""
    log_lines.begin()
    if clock_offset_s:
        if not (var_dir / "DEMO").is_file():
            raise click.ClickException("the clock is shifted in demo installations only")
        clock.shift(timedelta(seconds=clock_offset_s))
    app = create_app(config.load(var_dir))
    with app.app_context():
        faults = health.hindering(health.checks())
    if faults:
        raise click.ClickException(f"尚未就绪 not ready: {faults}; 请先运行 run `doorstep init`")
    server = waitress.create_server(
        app, host=host, port=port, threads=threads, ident=None, max_request_body_size=app.config["MAX_CONTENT_LENGTH"]
    )
    stop = threading.Event()
    take_over(app)
    threads_of_work = start_work(app, stop)
    signal.signal(signal.SIGTERM, lambda *_: server.close())
    click.echo(f"Doorstep 外访通 at http://{host}:{port}")
    if (public_url := app.extensions["doorstep"].public_url).endswith(f":{DEFAULT_PORT}") and port != DEFAULT_PORT:
        click.echo(f"单据和二维码中的地址是 papers and codes name {public_url} (DOORSTEP_PUBLIC_URL)")
    try:
        server.run()
    finally:
        stop.set()
        for thread in threads_of_work:
            thread.join(timeout=5)


def take_over(app: Flask) -> None:
    """Free the jobs of a process that was killed at once, where no other works: a lease waits for one that might live.

    On SQLite each process that works holds a share of a lock beside the database until it dies, however it dies; who
    gets all of it is alone. On PostgreSQL others may work on other hosts: the lease decides.
    """
    with app.app_context():
        file = db.engine.url.database
        if db.engine.dialect.name != "sqlite" or not file:
            return
        workplace = os.open(f"{file}.work", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)  # open until we die
        with suppress(BlockingIOError):
            fcntl.flock(workplace, fcntl.LOCK_EX | fcntl.LOCK_NB)
            jobs.free_held(clock.now())
        fcntl.flock(workplace, fcntl.LOCK_SH)


def start_work(app: Flask, stop: threading.Event) -> list[threading.Thread]:
    """Start a thread that runs jobs, one for the chores, that a long job keeps no record waiting, and the pulse."""
    threads = [
        threading.Thread(target=work, args=(app, stop, turn), kwargs={"worth": worth}, name=name, daemon=True)
        for name, turn, worth in (
            ("jobs", jobs.run_next, 1),
            ("chores", jobs.run_chores, WORTH_GOING_ON),
            ("pulse", uptime.Pulse(), 1),
        )
    ]
    for thread in threads:
        thread.start()
    return threads


def work(app: Flask, stop: threading.Event, turn: Callable[[datetime], int], *, worth: int) -> None:
    """Take turns until told to stop, resting when one did less than `worth`; a fault is logged and tried again.

    Resting lets small things gather: ten records of a visit that come within a rest cost little more than one.
    """
    while not stop.is_set():
        with app.app_context():
            try:
                ran = turn(clock.now())
                db.session.commit()
            except Exception:
                logging.getLogger("doorstep.jobs").exception("the queue does not answer")
                ran = 0
        if ran < worth:
            stop.wait(IDLE_S)


@click.command()
@click.option(
    "--nice", default=NICER, show_default=True, type=click.IntRange(0, 19), help="Yield to the web by so much."
)
@click.pass_obj
def worker(var_dir: Path, nice: int) -> None:
    """Run jobs in a process of its own, beside `serve` (PostgreSQL installations)."""
    os.nice(nice)
    log_lines.begin()
    stop, app = threading.Event(), create_app(config.load(var_dir))
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    click.echo("Waiting for jobs; stop with Ctrl-C.")
    take_over(app)
    for thread in start_work(app, stop):
        thread.join()


@click.command()
@click.option("--serve/--no-serve", "keep_serving", default=True, help="Serve the result at the end.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--seed", default=7, show_default=True, help="The same seed plays the same day.")
@click.pass_obj
def demo(var_dir: Path, port: int, seed: int, *, keep_serving: bool) -> None:
    """Play a whole visiting day on synthetic cases in VAR/demo, through a running server."""
    from server.demo import day  # noqa: PLC0415  # only this command needs the phones

    day.play(var_dir / "demo", port=port, seed=seed, keep_serving=keep_serving)


@click.command()
@click.pass_obj
def openapi(var_dir: Path) -> None:
    """Print the OpenAPI document."""
    make_keys(var_dir / "keys")
    app = create_app(config.load(var_dir))
    with app.app_context():
        click.echo(json.dumps(build(app), ensure_ascii=False, indent=2))
