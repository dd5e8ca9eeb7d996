import dataclasses
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import chain, envelope
from sync.canonical import canonical
from sync.chain import Head
from sync.signature import Alg, public_key, signing_key
from sync.verdict import Flag, Judgement, Known, Verdict, judge, read, stable_id

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(), v, max_size=4),
    max_leaves=10,
)


@pytest.fixture(scope="session")
def tell(key, device, t0):
    """Judge a document of the first phone."""

    def judged(document, known=None, received_at=t0 + timedelta(minutes=10), clock_offset=None):
        known = known or Known(chain.start(device))
        return judge(
            document, known=known, key=key.public(), device=device, received_at=received_at, clock_offset=clock_offset
        )

    return judged


class TestJudge:
    def test_agrees_with_the_shared_vectors(self, vectors):
        told = vectors("verdict")
        for case in told["cases"]:
            known, offset_s = case["known"], case["clock_offset_s"]
            found = judge(
                case["document"],
                known=Known(
                    Head(**known["head"]), known["stored_hash"], known["place_hash"],
                    envelope.read(known["before_env"]).stamp if known["before_env"] else None, known["before_hash"],
                ),
                key=public_key(case["public_key"], alg=case["alg"]),
                device=told["device"],
                received_at=envelope.read_time(case["received_at"]),
                clock_offset=None if offset_s is None else timedelta(seconds=offset_s),
            )  # fmt: skip
            assert (found.verdict, found.reason, list(found.flags)) == (
                case["verdict"], case["reason"], case["flags"]), case["name"]  # fmt: skip

    def test_knows_every_word_of_the_closed_set_by_a_vector(self, vectors):
        cases = vectors("verdict")["cases"]
        assert {case["verdict"] for case in cases} == set(Verdict)
        server_set = {Flag.LATE, Flag.OUT_OF_SCOPE}
        assert {flag for case in cases for flag in case["flags"]} == set(Flag) - server_set

    @given(json_values)
    def test_never_raises_for_any_document(self, tell, document):
        assert tell(document).verdict is Verdict.MALFORMED

    @given(
        st.sampled_from(["id", "env", "hash", "sig", "alg", "device", "seq", "prev", "type", "subject"]), json_values
    )
    def test_never_raises_for_any_member(self, tell, seal, member, value):
        found = tell(seal().document() | {member: value})
        assert isinstance(found, Judgement)
        if member in {"env", "hash", "sig", "alg", "id"} and value != seal().document()[member]:
            assert not found.verdict.is_kept

    @given(st.data())
    def test_catches_every_changed_character_of_the_signed_text(self, tell, seal, data):
        document = seal().document()
        at = data.draw(st.integers(0, len(document["env"]) - 1))
        letter = data.draw(st.characters(blacklist_categories=["Cs"]).filter(lambda c: c != document["env"][at]))
        env = document["env"][:at] + letter + document["env"][at + 1 :]
        assert tell(document | {"env": env}).verdict in {Verdict.FORGED, Verdict.MALFORMED}

    def test_says_forged_before_altered(self, tell, seal, device):
        document = seal().document() | {"sig": "A" * 86}
        known = Known(chain.start(device), stored_hash="0" * 64)
        assert tell(document, known).verdict is Verdict.FORGED

    def test_judges_a_huge_monotonic_clock(self, tell, run_of):
        first, second = run_of(2)
        far = dataclasses.replace(envelope.read(first.env).stamp, mono_ms=2**53 - 1)
        known = Known(Head(1, first.hash), before=far, before_hash=first.hash)
        assert tell(second.document(), known).flags == (Flag.CLOCK_JUMP,)

    @pytest.mark.parametrize(
        ("drift_ms", "is_flagged"), [(120_000, False), (120_001, True), (-120_000, False), (-120_001, True)]
    )
    def test_flags_wall_and_monotonic_clock_more_than_two_minutes_apart(self, tell, run_of, drift_ms, is_flagged):
        """Both moved on by an hour since the record before, but for the drift."""
        first, second = run_of(2)
        told = envelope.read(second.env)
        hour = timedelta(hours=1)
        mono_ms = told.stamp.mono_ms + 4_000_000  # so that the one before is not negative
        then = dataclasses.replace(
            told.stamp, mono_ms=mono_ms - 3_600_000 + drift_ms, device_time=told.stamp.device_time - hour
        )
        document = self.resealed(second, mono_ms=mono_ms)
        known = Known(Head(1, first.hash), before=then, before_hash=first.hash)
        assert (Flag.CLOCK_JUMP in tell(document, known).flags) is is_flagged

    def resealed(self, record, **members):
        env = canonical(json.loads(record.env) | members).decode()
        return envelope.seal(env, key=signing_key(Alg.ED25519, bytes(range(32)))).document()

    def test_calls_the_very_next_record_but_one_a_gap(self, tell, run_of, device):
        records = run_of(3)
        start = Known(chain.start(device))
        assert tell(records[0].document(), start).verdict is Verdict.NEW
        assert tell(records[1].document(), start).verdict is Verdict.GAP
        assert tell(records[1].document(), Known(Head(1, records[0].hash))).verdict is Verdict.NEW

    @pytest.mark.parametrize(
        ("head_seq", "head_hash", "before_hash", "is_fork"),
        [
            (1, "prev", None, False),  # the next one follows the head, whatever is not known before it
            (1, "other", None, True),
            (1, "other", "prev", True),  # right behind the head the head counts
            (0, "other", "prev", False),  # further on the record before counts
            (0, "prev", "other", True),
            (5, "other", "prev", False),  # far back too
            (5, "prev", "other", True),
        ],
    )
    def test_flags_a_fork_where_the_record_before_is_not_the_one_named(
        self, tell, run_of, head_seq, head_hash, before_hash, is_fork
    ):
        first, second = run_of(2)
        names = {"prev": first.hash, "other": "0" * 64, None: None}
        known = Known(Head(head_seq, names[head_hash]), before_hash=names[before_hash])
        assert (Flag.FORK in tell(second.document(), known).flags) is is_fork

    @pytest.mark.parametrize("stored_hash", [None, "same", "0" * 64], ids=str)
    def test_gives_the_record_and_what_it_tells_with_every_verdict(self, tell, seal, device, stored_hash):
        stored = seal().hash if stored_hash == "same" else stored_hash
        found = tell(seal().document(), Known(chain.start(device), stored_hash=stored))
        forged = tell(seal().document() | {"sig": "A" * 86})
        for one in (found, forged):
            assert (one.record.id, one.told) == (seal().id, envelope.read(seal().env))

    def test_does_not_compare_monotonic_clocks_of_two_boots(self, tell, run_of):
        first, second = run_of(2)
        other = dataclasses.replace(envelope.read(first.env).stamp, boot="boot-0", mono_ms=10**9)
        known = Known(Head(1, first.hash), before=other, before_hash=first.hash)
        assert tell(second.document(), known).flags == ()

    @pytest.mark.parametrize(("seconds", "is_flagged"), [(300, False), (301, True), (-300, False), (-301, True)])
    def test_flags_a_skewed_clock_beyond_five_minutes(self, tell, seal, seconds, is_flagged):
        found = tell(seal().document(), clock_offset=timedelta(seconds=seconds))
        assert (Flag.CLOCK_SKEW in found.flags) is is_flagged

    @pytest.mark.parametrize(("minutes", "is_flagged"), [(5, False), (6, True)])
    def test_flags_a_record_made_after_it_arrived(self, tell, seal, t0, minutes, is_flagged):
        made = envelope.read(seal().env).stamp.device_time
        found = tell(seal().document(), received_at=made - timedelta(minutes=minutes))
        assert (Flag.FUTURE_DATE in found.flags) is is_flagged

    def test_does_not_call_the_filler_of_a_gap_a_gap(self, tell, run_of):
        records = run_of(3)
        known = Known(Head(1, records[0].hash), before_hash=records[0].hash)
        assert tell(records[1].document(), known).verdict is Verdict.NEW
        behind = Known(Head(0, chain.genesis(records[0].device)), before_hash=records[1].hash)
        assert tell(records[2].document(), behind).verdict is Verdict.NEW


class TestRead:
    def test_gives_the_record_and_what_it_tells(self, seal):
        found = read(seal().document())
        assert found.record == seal()
        assert found.told.id == found.record.id

    def test_takes_copies_from_the_envelope_not_from_the_document(self, seal):
        found = read(seal().document() | {"seq": 99, "type": "promise"})
        assert (found.record.seq, found.record.type) == (1, "outcome")


class TestVerdict:
    def test_keeps_new_same_and_gap_only(self):
        assert {v for v in Verdict if v.is_kept} == {"new", "same", "gap"}


class TestStableId:
    @pytest.mark.parametrize("document", [None, [], {}, {"id": 5}, {"id": "x"}, {"id": {"a": 1}}, "text"], ids=str)
    def test_is_empty_when_none_is_claimed(self, document):
        assert stable_id(document) == ""

    def test_is_the_claimed_id(self, seal):
        assert stable_id(json.loads(json.dumps(seal().document()))) == seal().id
