import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import chain, envelope, strict_json
from sync.canonical import NotCanonisable, canonical
from sync.envelope import RecordType
from sync.phone.outbox import NotEnrolled, Outbox, clean
from sync.phone.store import Store

texts = st.recursive(
    st.text() | st.integers(-9, 9) | st.none(), lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=8
)


class TestWrite:
    def test_chains_and_signs(self, outbox, store):
        records = [outbox.write(RecordType.OUTCOME, {"visit_id": "v", "code": n}) for n in range(5)]
        report = chain.inspect([r.link for r in records], owner=outbox.device)
        assert report.is_whole
        assert report.head.seq == 5
        key = outbox.key.public()
        assert all(key.verifies(r.sig, bytes.fromhex(r.hash)) for r in records)
        assert store.waiting(limit=9) == records

    def test_keeps_a_file_with_its_record(self, outbox, store):
        bound = outbox.file(b"photo", mime="image/jpeg")
        record = outbox.write(RecordType.MANIFEST, {}, files=[bound])
        assert envelope.read(record.env).manifest == (bound[0],)
        assert store.next_media().content == b"photo"

    def test_keeps_no_record_whose_file_could_not_be_kept(self, outbox, store):
        bound = outbox.file(b"photo", mime="image/jpeg")
        outbox.write(RecordType.MANIFEST, {}, files=[bound])
        with pytest.raises(sqlite3.IntegrityError):
            outbox.write(RecordType.MANIFEST, {}, files=[bound])
        assert store.head().seq == 1

    @pytest.mark.parametrize("body", [{"n": 2**60}, {"n": float("nan")}])
    def test_keeps_nothing_of_what_could_not_travel(self, outbox, store, body):
        with pytest.raises(NotCanonisable):
            outbox.write(RecordType.OUTCOME, body, files=[outbox.file(b"x", mime="a/b")])
        assert store.unsent() == 0

    def test_frees_typed_text_of_what_may_not_travel(self, outbox):
        record = outbox.write(RecordType.OUTCOME, {"note": "a\r\nb\x00c\ud800d\x07"})
        assert envelope.read(record.env).body == {"note": "a\nbcd"}


class TestInit:
    @pytest.mark.parametrize("missing", ["device", "alg", "secret"])
    def test_needs_all_of_an_enrolment(self, senses, missing):
        store = Store(":memory:")
        whole = {"device": "d", "alg": "ed25519", "secret": "00" * 32}
        store.put(**{name: value for name, value in whole.items() if name != missing})
        with pytest.raises(NotEnrolled):
            Outbox(store, senses)
        store.close()

    def test_needs_an_enrolled_phone(self, store, senses):
        with pytest.raises(NotEnrolled):
            Outbox(store, senses)


class TestClean:
    @given(texts)
    def test_leaves_only_what_every_reader_takes(self, value):
        strict_json.loads(canonical(clean({"v": value})))

    @pytest.mark.parametrize("text", ["冯兰𬱖", "a\n\tb", "😀", ""])
    def test_leaves_good_text_alone(self, text):
        assert clean([text, {text: (text,)}]) == [text, {text: [text]}]
