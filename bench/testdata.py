"""Where the shared test data lies, when there is any."""

import csv
import os
from pathlib import Path

DEFAULT = Path(__file__).parent.parent / "shared" / "data"


def folder() -> Path | None:
    """Return the folder that holds `vrp/`, named by DOORSTEP_TEST_DATA; None when there is none."""
    given = Path(os.environ.get("DOORSTEP_TEST_DATA") or DEFAULT)
    return given if (given / "vrp" / "bks.csv").is_file() else None


def best_known(data: Path) -> dict[str, float]:
    """Return instance → best-known distance in the DIMACS convention."""
    with (data / "vrp" / "bks.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["instance"]: float(row["dimacs_bks_2026"] or row["dimacs_bks_2022"])
            for row in csv.DictReader(file)
            if row["dimacs_bks_2026"] or row["dimacs_bks_2022"]
        }
