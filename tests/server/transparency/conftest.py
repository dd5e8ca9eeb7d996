"""Leaves as the office adds them, without the rest of the product."""

from datetime import UTC, datetime, timedelta

import pytest

from server.db import begin_write, db
from server.transparency import append, leaves
from server.transparency.leaves import Waiting
from sync.canonical import sha256_hex
from sync.envelope import write_time

AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def grow(in_app):
    """Let n leaves wait and append them as one batch, a minute after the batch before."""
    count, minutes = [0], [0]

    def add(n, *, tag="ab" * 16, tell=None):
        begin_write()
        rows = [
            Waiting(
                f"record:{one}", tag, "record", sha256_hex(str(one).encode()),
                write_time(AT + timedelta(milliseconds=one)), tell,
            )
            for one in range(count[0], count[0] + n)
        ]  # fmt: skip
        count[0] += n
        leaves.add(rows)
        db.session.commit()
        batch = append.append_waiting(AT + timedelta(minutes=minutes[0]))
        minutes[0] += 1
        db.session.commit()
        return batch

    return add
