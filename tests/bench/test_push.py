"""The sync bench measures only what was kept, side by side."""

import pytest

from bench import push
from bench.peers.dialect import NotKept


class TestRequireKept:
    def test_lets_what_was_kept_be_measured(self):
        push.require_kept({"conflicts": [], "acks": [{"ack": '{"entries":[{"status":"accepted"}]}'}]})

    @pytest.mark.parametrize("said", ['{"status":"quarantined"}', '{"flags":["intake_failed"]}'])
    def test_refuses_to_measure_what_was_not(self, said):
        with pytest.raises(NotKept):
            push.require_kept({"conflicts": [], "acks": [{"ack": said}]})

    def test_refuses_an_answer_that_acknowledges_nothing(self):
        with pytest.raises(NotKept):
            push.require_kept({"conflicts": [], "acks": []})


class TestRatio:
    def test_is_above_one_when_we_are_faster(self):
        assert push.ratio(push.Times([1.0, 2.0, 1.0]), push.Times([2.0, 2.0, 4.0])) == 2.0

    def test_needs_as_many_rounds_of_both(self):
        with pytest.raises(ValueError):
            push.ratio(push.Times([1.0]), push.Times([2.0, 2.0]))
