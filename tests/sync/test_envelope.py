import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import envelope
from sync.canonical import canonical, sha256_hex
from sync.envelope import FileRef, NotAnEnvelope, Stamp
from sync.signature import public_key

FILE = FileRef("0193a0b1-0000-7000-8000-0000000000f1", "ab" * 32, 5, "image/jpeg")


def changed(record, **members):
    """Return the env of a record with members changed, or taken out where the value is ...."""
    told = json.loads(record.env) | members
    return json.dumps({name: value for name, value in told.items() if value is not ...})


class TestBuild:
    def test_agrees_with_the_shared_vectors(self, vectors):
        for case in vectors("envelope")["cases"]:
            parts, record = case["parts"], case["record"]
            gps = parts.get("gps_time")
            stamp = Stamp(
                parts["boot"], parts["mono_ms"], envelope.read_time(parts["device_time"]), parts["tz"],
                envelope.read_time(gps) if gps else None,
            )  # fmt: skip
            env = envelope.build(
                parts["body"], record_type=parts["type"], record_id=parts["id"], stamp=stamp,
                link_to=(parts["seq"], parts["prev"]), device=parts["device"],
                manifest=[FileRef(**file) for file in parts["manifest"]],
            )  # fmt: skip
            assert env == record["env"], case["name"]
            assert sha256_hex(env.encode()) == record["hash"], case["name"]
            key = public_key(case["public_key"], alg=case["alg"])
            assert key.verifies(record["sig"], bytes.fromhex(record["hash"])), case["name"]

    def test_gives_canonical_bytes(self, seal):
        env = seal().env
        assert canonical(json.loads(env)).decode() == env
        assert envelope.is_canonical(env)

    def test_refuses_what_could_not_be_read_back(self, seal):
        with pytest.raises(NotAnEnvelope, match="seq"):
            seal(0, "0" * 64)
        with pytest.raises(NotAnEnvelope, match="^manifest names a file twice$"):
            seal(manifest=[FILE, FILE])
        with pytest.raises(NotAnEnvelope, match="control"):
            seal(body={"note": "\x00"})

    @given(
        st.dictionaries(
            st.text("abc_", min_size=1), st.text(st.characters(blacklist_categories=["Cs", "Cc"])) | st.integers(-9, 9)
        )
    )
    def test_keeps_any_body_as_it_was(self, seal, body):
        assert envelope.read(seal(body=body).env).body == body


class TestSeal:
    def test_copies_what_the_envelope_says(self, seal, device):
        record = seal(3, "cd" * 32, manifest=[FILE])
        told = json.loads(record.env)
        assert (record.id, record.device, record.seq, record.prev) == (told["id"], device, 3, "cd" * 32)
        assert (record.type, record.subject, record.device_time) == (
            "outcome",
            told["body"]["visit_id"],
            told["device_time"],
        )

    @pytest.mark.parametrize(
        ("body", "subject"),
        [({"visit_id": "v", "stop_id": "s"}, "v"), ({"stop_id": "s"}, "s"), ({"visit_id": "", "stop_id": "s"}, "s"),
         ({"visit_id": 5}, ""), ({}, "")],
        ids=["visit", "stop", "empty visit", "number", "nothing"],
    )  # fmt: skip
    def test_is_about_the_visit_else_the_stop(self, seal, body, subject):
        assert seal(body=body).subject == subject


class TestRead:
    @pytest.mark.parametrize(
        "change",
        [
            {"v": 2}, {"v": "1"}, {"v": True}, {"v": ...}, {"device": "d"}, {"device": None}, {"seq": 0}, {"seq": -1},
            {"seq": 1.0}, {"seq": True}, {"seq": 2**53}, {"seq": "1"}, {"prev": ""}, {"prev": "A" * 64}, {"boot": ""},
            {"boot": "x" * 41}, {"mono_ms": -1}, {"mono_ms": 1.5}, {"device_time": "2026-12-02"}, {"device_time": 5},
            {"device_time": "2026-12-02T01:30:00Z"}, {"device_time": "2026-12-02T01:30:00.000+08:00"},
            {"device_time": "2026-13-02T01:30:00.000Z"}, {"device_time": "0001-01-01T00:00:00.000Z"},
            {"device_time": "9999-12-31T23:59:59.999Z"}, {"tz": 8}, {"gps_time": "now"}, {"type": ""},
            {"type": "x" * 41}, {"type": ["outcome"]}, {"id": "x"}, {"id": ...}, {"body": None}, {"body": []},
            {"body": ...}, {"manifest": {}}, {"manifest": [5]}, {"manifest": [{}]},
            {"manifest": [{"id": FILE.id, "sha256": "x", "bytes": 5, "mime": "a"}]},
            {"manifest": [{"id": FILE.id, "sha256": FILE.sha256, "bytes": -5, "mime": "a"}]}, {"manifest": ...},
        ],
        ids=str,
    )  # fmt: skip
    def test_refuses_a_member_that_cannot_be(self, seal, change):
        with pytest.raises(NotAnEnvelope):
            envelope.read(changed(seal(), **change))

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"seq": ...}, "a member of the envelope is missing"), ({"body": []}, "body is not an object"),
            ({"device_time": "2026-12-02"}, "expected a time as YYYY-MM-DDTHH:MM:SS.mmmZ"),
            ({"device_time": "2026-13-02T01:30:00.000Z"}, "no such time"),
            ({"manifest": [5]}, "manifest holds something else than files"),
        ],
        ids=str,
    )  # fmt: skip
    def test_says_what_cannot_be(self, seal, change, why):
        with pytest.raises(NotAnEnvelope, match=f"^{why}$"):
            envelope.read(changed(seal(), **change))

    def test_takes_every_member_up_to_its_limit(self, seal):
        files = [{"id": f"0193a0b1-0000-7000-8000-{n:012x}", "sha256": FILE.sha256, "bytes": 0, "mime": "m" * 40}
                 for n in range(envelope.MAX_FILES)]  # fmt: skip
        told = envelope.read(changed(seal(), mono_ms=0, seq=2**53 - 1, boot="x" * 40, tz="x", manifest=files))
        assert (told.stamp.mono_ms, told.seq, len(told.manifest)) == (0, 2**53 - 1, 200)
        assert told.manifest[7] == FileRef(files[7]["id"], FILE.sha256, 0, "m" * 40)
        more = [*files, {"id": FILE.id, "sha256": FILE.sha256, "bytes": 0, "mime": "m"}]
        with pytest.raises(NotAnEnvelope, match="200 files"):
            envelope.read(changed(seal(), manifest=more))

    @pytest.mark.parametrize("day", ["0001-01-02", "9999-12-30"])
    def test_takes_every_time_but_the_edges_of_the_calendar(self, seal, day):
        told = envelope.read(changed(seal(), device_time=f"{day}T12:00:00.000Z"))
        assert told.stamp.device_time.date().isoformat() == day

    @pytest.mark.parametrize("text", ["", "null", "[]", "5", '"x"', "{", "{}", "\ud800", "[" * 50_000])
    def test_refuses_what_is_no_object(self, text):
        with pytest.raises(NotAnEnvelope):
            envelope.read(text)

    def test_refuses_more_than_it_can_hold(self, seal):
        with pytest.raises(NotAnEnvelope, match="at most"):
            seal(body={"note": "中" * 100_000})

    def test_lets_a_newer_phone_say_more(self, seal):
        told = envelope.read(changed(seal(), battery=55, gps_time=None))
        assert told.stamp.gps_time is None

    def test_lets_a_newer_phone_use_types_it_does_not_know(self, seal):
        assert envelope.read(changed(seal(), type="telepathy")).type == "telepathy"

    @given(st.text())
    def test_reads_or_refuses_any_text(self, text):
        with pytest.raises(NotAnEnvelope):
            envelope.read(text)


class TestIsCanonical:
    def test_sees_other_spellings_of_the_same(self, seal):
        env = seal().env
        assert not envelope.is_canonical(json.dumps(json.loads(env)))
        assert not envelope.is_canonical(env + " ")

    def test_says_no_for_a_number_without_canonical_form(self):
        assert not envelope.is_canonical('{"n":9223372036854775807}')

    def test_refuses_what_is_not_json(self):
        with pytest.raises(NotAnEnvelope):
            envelope.is_canonical("{")


class TestWriteTime:
    def test_writes_utc_with_milliseconds(self):
        china = timezone(timedelta(hours=8))
        assert envelope.write_time(datetime(2026, 12, 2, 9, 31, 7, 120999, china)) == "2026-12-02T01:31:07.120Z"

    @given(st.integers(0, 2**42).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)))
    def test_is_read_back_to_the_millisecond(self, at):
        assert abs(envelope.read_time(envelope.write_time(at)) - at) < timedelta(milliseconds=1)
