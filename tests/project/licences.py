"""`python -m tests.project.licences`: no locked package binds what ships to the GPL, and each says its licence."""

import re
import sys
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"
NAMED = re.compile(r"^([a-z0-9._-]+)==[^;\n\\]+(;.*)?", re.MULTILINE)
BINDING = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL|(GNU )?(Affero )?General Public)", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser|Library General", re.IGNORECASE)
BY_HAND = {"pyxform": "BSD-2-Clause"}  # looked up where the metadata say nothing
ALTERNATIVE = re.compile(r"\bOR\b")


def locked():
    """Return the names in the lock that this machine needs: those of another system only are not installed."""
    return [name for name, only in NAMED.findall(LOCK.read_text(encoding="utf-8")) if "sys_platform" not in only]


def said_by(found):
    """Return all that a package's metadata say of its licence, the expression first."""
    classified = [one.rpartition(" :: ")[2] for one in found.get_all("Classifier") or [] if one.startswith("License")]
    told = [found.get("License-Expression") or "", *classified, (found.get("License") or "").split("\n")[0]]
    return [one for one in told if one]


def fault_of(name, told):
    """Return what is wrong with a package's licence, None when nothing is."""
    if not told and name not in BY_HAND:
        return "says no licence: look it up"
    bad = [one for one in told if BINDING.search(one) and not LESSER.search(one) and not ALTERNATIVE.search(one)]
    return f"is under {bad[0]}" if bad else None


def main():
    """Print each package that may not ship; exit 1 when there is one."""
    faults = {name: fault_of(name, said_by(metadata.metadata(name))) for name in dict.fromkeys(locked())}
    for name, fault in faults.items():
        if fault:
            print(f"{name} {fault}")  # noqa: T201
    print(f"licences: {len(faults)} packages, {sum(map(bool, faults.values()))} faults")  # noqa: T201
    return int(any(faults.values()))


if __name__ == "__main__":
    sys.exit(main())
