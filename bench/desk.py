"""The list of 20,000 cases in a real Chromium: `python -m bench.desk`; prints what bench/desk.mjs found."""

import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import insert, select

from bench import installation
from server import clock, config
from server.accounts.models import Creditor
from server.app import create_app
from server.cases.models import Case, Party
from server.db import begin_write, db
from server.demo import cast

SCRIPT = Path(__file__).with_name("desk.mjs")
CASES, AT_ONCE = 20_000, 1_000


def fill(folder: Path) -> None:
    """Make an installation with the demo's people, one creditor and 20,000 cases of it."""
    folder.mkdir(parents=True)
    cast.set_up(folder, port=0)
    with create_app(config.load(folder)).app_context():
        begin_write()
        bank = Creditor(id=clock.new_id(), name="某商业银行信用卡中心", contact="400-000-0001", commission_no="WT-1")
        db.session.add(bank)
        db.session.flush()
        for start in range(0, CASES, AT_ONCE):
            _add(bank, range(start, start + AT_ONCE))
        db.session.commit()
        assert len(db.session.scalars(select(Case.id)).all()) == CASES  # noqa: S101
        db.session.remove()
        db.engine.dispose()


def _add(bank: Creditor, numbers: range) -> None:
    parties = [
        {"id": clock.new_id(), "creditor_id": bank.id, "name": f"测试{n}", "id_last4": "0717", "id_index": f"{n:032d}"}
        for n in numbers
    ]
    money = {"placed_fen": 5_830_000, "principal_fen": 5_830_000, "outstanding_fen": 5_830_000}
    told = money | {"creditor_id": bank.id, "product": "信用卡", "as_of": clock.today(), "state": "phone"}
    told |= {"content_hash": "0" * 64, "created_at": clock.now()}
    cases = [
        told | {"id": clock.new_id(), "case_no": f"WH2026-{n:06d}", "debtor_id": one["id"]}
        for n, one in zip(numbers, parties, strict=True)
    ]
    db.session.execute(insert(Party), parties)
    db.session.execute(insert(Case), cases)


def main() -> int:
    """Fill, serve, measure; return node's exit code."""
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder, installation.settings():
        fill(Path(folder) / "desk")
        with installation.gunicorn("wsgi:app", env={"DOORSTEP_VAR": str(Path(folder) / "desk")}) as server:
            return subprocess.run(["node", str(SCRIPT), server.url, cast.PASSWORD], check=False).returncode  # noqa: S603, S607


if __name__ == "__main__":
    sys.exit(main())
