"""A worker for the job drill: `python -m bench.faults.jobwork VAR SECONDS_AHEAD`; runs drill jobs until none waits.

Its clock runs ahead, so that what a killed worker leased is free at once and not after two minutes.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from server import clock, config, jobs
from server.app import create_app
from server.db import begin_write, db

KIND, TAKES_S = "drill", 0.02


@jobs.runs(KIND)
def leave_a_mark(args: dict[str, Any], report: jobs.Report) -> str | None:
    """Take a moment, then write the job's number: once for each job, if jobs are run once."""
    report(0.5)
    time.sleep(TAKES_S)
    begin_write()
    db.session.execute(text("INSERT INTO drill_mark VALUES (:n)"), {"n": args["n"]})
    return None


def main(folder: str, ahead_s: str) -> None:
    """Say `ready`, then run what waits."""
    app = create_app(config.load(Path(folder)))
    print("ready", flush=True)
    with app.app_context():
        while jobs.run_next(clock.now() + timedelta(seconds=int(ahead_s))):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
