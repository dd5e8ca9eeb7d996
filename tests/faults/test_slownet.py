"""A morning over 50 kbit/s with a second of delay and resets, played faster: all arrives, little is sent twice."""

from bench.faults import slownet
from bench.faults.judge import judge
from bench.faults.phones import issue_codes


class TestPlay:
    def test_brings_everything_home(self, app, live_server, tmp_path):
        code = issue_codes(app, count=1)[0]
        day = slownet.play(
            live_server.port, code, path=tmp_path / "phone-slow.db", visits=4, photos=4, photo_bytes=100_000,
            faster=200, seed=7,
        )  # fmt: skip
        verdict = judge(app, [day.store])
        assert day.unsent == 0
        assert day.resent <= 0.5  # a day this short meets few resets or, by chance, several; the soak asks for 15 %
        assert verdict.is_clean, verdict
        assert (verdict.written, verdict.files) == (16, 4)
