"""A paper that others refer to keeps its row, and they their reference, when its table is made anew."""

import uuid


def test_keeps_a_paper_and_what_happened_to_it(old, engine_name):
    paper_id, person_id = (uuid.uuid4() if engine_name == "postgres" else uuid.uuid4().hex for _ in range(2))
    old.move_up("0023")
    old.add("person", id=person_id)
    old.add("paper", id=paper_id, serial="HZ-20261202-0007-4", state="issued")
    old.add("paper_event", paper_id=paper_id, by_id=person_id, state="issued")
    old.move_up("0024")
    assert old.rows("paper", "serial", "compliance") == [("HZ-20261202-0007-4", [])]
    assert old.rows("paper_event", "paper_id", "state") == [(paper_id, "issued")]
    old.move_down("0023")
    assert old.rows("paper", "serial") == [("HZ-20261202-0007-4",)]
    assert old.rows("paper_event", "paper_id", "state") == [(paper_id, "issued")]
