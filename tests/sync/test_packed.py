"""A packed push comes out as it went in, whatever it holds; what is no packed push is refused whole."""

import base64
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync import ack, chain, envelope, packed
from sync.canonical import sha256_hex
from sync.chain import Head
from sync.envelope import Record, Stamp, read_time
from sync.packed import NotPacked
from sync.signature import Alg, public_key, signing_key

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "packed.json").read_text())
RECORDS = [Record(**document) for document in VECTOR["records"]]
NAMES = [(one.hash, one.id) for one in RECORDS]
DEVICE = RECORDS[0].device
CASE = "019a0000-0000-7aaa-aaaa-aaaaaaaaaaaa"
KEY = signing_key(Alg.ED25519, b"P" * 32)


MADE_AT = read_time("2026-12-02T01:30:01.000Z")


def run_of(bodies):
    """Return one phone's records with these bodies."""
    head, made = chain.start(DEVICE), []
    for number, body in enumerate(bodies):
        env = envelope.build(
            body, record_type="incident", record_id=f"019adcae-45c1-7101-8101-{number:012x}", device=DEVICE,
            link_to=(head.seq + 1, head.hash), stamp=Stamp("b", number, MADE_AT, "+08:00"),
        )  # fmt: skip
        made.append(envelope.seal(env, key=KEY))
        head = Head(made[-1].seq, made[-1].hash)
    return made


def unb64(text):
    return base64.b64decode(text)


class TestPack:
    def test_agrees_with_the_shared_vectors(self):
        assert packed.pack(RECORDS) == unb64(VECTOR["bytes"])
        assert packed.unpack(unb64(VECTOR["bytes"])) == VECTOR["records"]
        more = VECTOR["more"]
        assert packed.pack([Record(**document) for document in more["records"]]) == unb64(more["bytes"])
        assert packed.unpack(unb64(more["bytes"])) == more["records"]

    def test_names_ids_hashes_and_times_once(self):
        made = run_of([{"case_id": CASE, "at": "2026-12-02T01:30:00.000Z", "digest": "ab" * 32}] * 3)
        body = packed.pack(made)
        assert [one.hash.encode() in body for one in made] == [False] * 3
        assert (CASE.encode() in body, b"2026-12-02" in body, b"ab" * 32 in body) == (False, False, False)
        assert body.count(bytes.fromhex(CASE.replace("-", ""))[6:]) == 1
        assert body.count(b"\xab" * 32) == 1
        assert body.count(bytes.fromhex(made[0].prev)) == 1  # of a record before the push: the server may not have it

    def test_writes_pen_strokes_short(self):
        points = [[100 + 7 * n + n * n, 50 + 3 * n, 8 * n, 500] for n in range(80)]
        [one] = run_of([{"strokes": [{"p": points}]}])
        assert len(packed.pack([one])) < len(one.env) * 0.75

    def test_keeps_no_more_than_a_thousand_names(self):
        many = [f"019b0000-0000-7101-8101-{number:012x}" for number in range(999)]
        [one] = run_of([{"ids": [*many, CASE, *many, CASE]}])  # the list is full: each is told again from its end
        text = packed.pack([one]).partition(b"\n\n")[0]
        assert text.count(b"\x03") == 1000 + 2  # the record's own id and its device's
        assert text.count(b"\x04999") == 1000
        [one] = run_of([{"ids": [*many, CASE, DEVICE, *many, CASE]}])  # one more, and each is forgotten in time
        body = packed.pack([one])
        assert body.partition(b"\n\n")[0].count(b"\x04") == 0
        assert packed.unpack(body) == [one.document()]

    @pytest.mark.parametrize("change", [{"env": '{\n"a":1}'}, {"sig": "a\nb"}, {"sig": "YQ"}, {"hash": "0" * 64}])
    def test_does_not_pack_what_would_come_out_otherwise(self, change):
        assert packed.pack([replace(RECORDS[0], **change), *RECORDS[1:]]) is None

    def test_does_not_pack_half_a_character(self):
        assert packed.pack([replace(RECORDS[0], env='"\ud800"')]) is None

    def test_does_not_pack_two_kinds_of_signature(self):
        assert packed.pack([RECORDS[0], replace(RECORDS[1], alg="ES256")]) is None
        assert packed.pack([]) is None

    def test_packs_a_record_that_is_told_twice(self):
        made = run_of([{}, {}])
        body = packed.pack([made[0], *made, made[0]])
        assert packed.unpack(body) == [one.document() for one in (made[0], *made, made[0])]

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_comes_out_as_it_went_in(self, data):
        number = st.integers(-(10**7), 10**7)
        point = st.lists(number, min_size=2, max_size=5)
        words = st.sampled_from(["\\u00011", '"[[1,2,3],[4,5,6]]"', "a" * 64, f'"{CASE}"', CASE, DEVICE, "1"])
        ids = st.uuids().map(str) | st.from_regex(
            "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", fullmatch=True
        )
        times = st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z")
        hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
        text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | words | ids | times | hashes
        value = st.recursive(text | number | st.lists(point, max_size=5), lambda one: st.lists(one, max_size=3))
        named = st.dictionaries(text, value, max_size=3)
        made = run_of(data.draw(st.lists(st.fixed_dictionaries({"x": value, "y": named}), min_size=1, max_size=4)))
        body = packed.pack(made)
        assume(body is not None)
        assert packed.unpack(body) == [one.document() for one in made]


class TestUnpack:
    def test_reads_the_first_form(self):
        assert packed.unpack(VECTOR["packed"].encode()) == VECTOR["records"]

    @pytest.mark.parametrize("refused", VECTOR["refused"], ids=lambda one: one["why"])
    def test_refuses_the_shared_vectors(self, refused):
        with pytest.raises(NotPacked):
            packed.unpack(unb64(refused["bytes"]))

    @pytest.mark.parametrize(
        "text",
        [
            "", "doorstep.packed/1 Ed25519", "doorstep.packed/1 Ed25519\n{}\n\n",
            "doorstep.packed/1 Ed25519\n{}\n{}\n\ns\n", "doorstep.packed/1 Ed25519\n{}\n\ns", "[]",
            "doorstep.packed/1 Ed25519\n\x011\n\ns\n", "doorstep.packed/1 Ed25519\n{}\n\x010\n\ns\ns\n",
            "doorstep.packed/1 Ed25519\n{}\n\x012\n\ns\ns\n", "doorstep.packed/1 Ed25519\n\x021,2;3\n\ns\n",
            "doorstep.packed/1 Ed25519\n{}\n" + "\x011" * 32_000 + "\n\ns\ns\n",
            "doorstep.packed/1 Ed25519\n" + "x" * (packed.MAX_BYTES + 1) + "\n\ns\n",
        ],
    )  # fmt: skip
    def test_refuses_what_is_none(self, text):
        with pytest.raises(NotPacked):
            packed.unpack(text.encode())

    @pytest.mark.parametrize("bomb", [b"\x011", b"\x030", b"\x040", b"\x05", b"\x060"])
    def test_refuses_a_bomb_before_it_restores_any_of_it(self, bomb):
        tail = bytes(32) * 33_000 + b"s" * 128
        body = b"doorstep.packed/2 Ed25519\n" + b"{}\n" + bomb * 33_000 + b"\n\n" + tail
        tracemalloc.start()
        with pytest.raises(NotPacked, match="at most"):
            packed.unpack(body)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < 4 * len(body)

    def test_refuses_many_small_bombs(self):
        line = b"\x06" + b"0" * 15 + b"\x060" * 300
        body = b"doorstep.packed/2 Ed25519\n" + b"\n".join([line] * 200) + b"\n\n" + bytes(64 * 200)
        assert len(packed.unpack(body)) == 200  # within the limit: no envelopes, set aside
        long = b"\n".join([line + b"x" * 9_000] * 200)
        with pytest.raises(NotPacked, match="at most"):
            packed.unpack(b"doorstep.packed/2 Ed25519\n" + long + b"\n\n" + bytes(64 * 200))

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_meets_any_bytes_with_a_refusal_or_documents(self, data):
        good = unb64(data.draw(st.sampled_from([VECTOR["bytes"], VECTOR["more"]["bytes"]])))
        at, until = sorted(data.draw(st.tuples(*[st.integers(0, len(good))] * 2)))
        marks = st.sampled_from(
            [b"\x011", b"\x030", b"\x04999", b"\x05", b"\x06-9", b"\x021,2", b"\n", b"\n\n", b"9" * 20]
        )
        put = data.draw(st.binary(max_size=40) | marks)
        try:
            documents = packed.unpack(good[:at] + put + good[until:])
        except NotPacked:
            return
        assert all(set(one) >= {"env", "hash", "sig", "alg"} for one in documents)
        assert all(one["hash"] == sha256_hex(one["env"].encode()) for one in documents)

    def test_takes_texts_of_exactly_the_most_bytes(self, monkeypatch):
        body = b"doorstep.packed/2 Ed25519\nhello\nworld\n\n" + b"s" * 128
        monkeypatch.setattr(packed, "MAX_BYTES", len("helloworld"))
        assert [one["env"] for one in packed.unpack(body)] == ["hello", "world"]
        monkeypatch.setattr(packed, "MAX_BYTES", len("helloworld") - 1)
        with pytest.raises(NotPacked, match="^expected at most 9 bytes$"):
            packed.unpack(body)

    def test_hands_on_a_text_that_is_no_envelope(self):
        for body in (b"doorstep.packed/1 Ed25519\nhello\n\nsig\n", b"doorstep.packed/2 Ed25519\nhello\n\n" + b"s" * 64):
            [found] = packed.unpack(body)
            assert (found["env"], found["alg"], "id" in found) == ("hello", "Ed25519", False)

    def test_counts_rows_before_it_restores_them(self):
        assert packed.rows_in(unb64(VECTOR["bytes"])) == packed.rows_in(VECTOR["packed"].encode()) == len(RECORDS)
        assert packed.rows_in(b"\n" * 5) == 0
        assert packed.rows_in(b"x\n" * 500) == 500


class TestAck:
    def test_travels_without_hashes_and_ids_and_is_signed_with_them(self):
        told = VECTOR["ack"]
        assert packed.pack_ack(told["signed"], NAMES) == told["travels"]
        restored = packed.unpack_ack(told["travels"], NAMES)
        assert restored == told["signed"]
        assert len(ack.verify(restored, key=public_key(told["key"], alg="Ed25519"), device=DEVICE).entries) == 4

    def test_is_left_alone_unless_it_tells_of_exactly_these(self):
        signed, travels = VECTOR["ack"]["signed"], VECTOR["ack"]["travels"]
        for names in ([], NAMES[:3], NAMES[::-1], [*NAMES, ("0" * 64, "x")]):
            assert packed.pack_ack(signed, names) == signed
        for names in ([], NAMES[:3]):
            assert packed.unpack_ack(travels, names) == travels
        assert packed.unpack_ack(signed, NAMES) == signed
        assert [packed.unpack_ack(one, NAMES) for one in (None, 5, {"ack": 7}, {})] == [None, 5, {"ack": 7}, {}]

    def test_of_other_records_is_not_believed(self):
        other = [(f"{number}" * 64, ref) for number, (_, ref) in enumerate(NAMES)]
        restored = packed.unpack_ack(VECTOR["ack"]["travels"], other)
        with pytest.raises(ack.NotAnAck):
            ack.verify(restored, key=public_key(VECTOR["ack"]["key"], alg="Ed25519"), device=DEVICE)
