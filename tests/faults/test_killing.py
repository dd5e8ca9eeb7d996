"""Real gunicorn killed again and again under eight phones on a bad line: each acknowledged record is stored once."""

from bench.faults.judge import judge
from bench.faults.killing import kill_and_cut
from bench.faults.phones import issue_codes

LASTS_S, KILLS, PHONES, SEED = 20, 100, 8, 7


class TestKillAndCut:
    def test_loses_doubles_and_skips_nothing(self, app, live_server, tmp_path):
        codes = issue_codes(app, count=PHONES)
        killed = kill_and_cut(live_server, codes, folder=tmp_path, lasts_s=LASTS_S, seed=SEED, kills=KILLS)
        verdict = judge(app, sorted(tmp_path.glob("phone-*.db")))
        assert killed.kills >= KILLS  # on both engines: the 200 of a run of the suite
        assert killed.trees >= 5
        assert killed.cuts >= 20
        assert killed.faults == []
        assert verdict.is_clean, verdict
        assert verdict.written == verdict.stored == verdict.acknowledged >= PHONES
        assert verdict.files > 0
