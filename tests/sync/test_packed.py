"""A packed push comes out as it went in, whatever it holds; what is no packed push is refused whole."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import ack, chain, envelope, packed
from sync.chain import Head
from sync.envelope import Record, Stamp, read_time
from sync.packed import NotPacked
from sync.signature import Alg, public_key, signing_key

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "packed.json").read_text())
RECORDS = [Record(**document) for document in VECTOR["records"]]
NAMES = [(one.hash, one.id) for one in RECORDS]
DEVICE = RECORDS[0].device
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


class TestPack:
    def test_agrees_with_the_shared_vectors(self):
        assert packed.pack(RECORDS) == VECTOR["packed"]
        assert packed.unpack(VECTOR["packed"]) == VECTOR["records"]

    def test_leaves_out_hashes_of_records_before(self):
        made = run_of([{}, {}, {}])
        text = packed.pack(made)
        assert [one.hash in text for one in made] == [False] * 3
        assert made[0].prev in text  # of a record before the push: the server may not have it

    def test_writes_pen_strokes_short(self):
        points = [[100 + 7 * n + n * n, 50 + 3 * n, 8 * n, 500] for n in range(80)]
        [one] = run_of([{"strokes": [{"p": points}]}])
        assert len(packed.pack([one])) < len(one.env) * 0.75

    @pytest.mark.parametrize("change", [{"env": '{\n"a":1}'}, {"sig": "a\nb"}, {"hash": "0" * 64}])
    def test_does_not_pack_what_would_come_out_otherwise(self, change):
        assert packed.pack([replace(RECORDS[0], **change), *RECORDS[1:]]) is None

    def test_does_not_pack_two_kinds_of_signature(self):
        assert packed.pack([RECORDS[0], replace(RECORDS[1], alg="ES256")]) is None
        assert packed.pack([]) is None

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_comes_out_as_it_went_in(self, data):
        number = st.integers(-(10**7), 10**7)
        point = st.lists(number, min_size=2, max_size=5)
        words = st.sampled_from(["\\u00011", '"[[1,2,3],[4,5,6]]"', "a" * 64])
        text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | words
        value = st.recursive(text | number | st.lists(point, max_size=5), lambda one: st.lists(one, max_size=3))
        made = run_of(data.draw(st.lists(st.fixed_dictionaries({"x": value}), min_size=1, max_size=4)))
        assert packed.unpack(packed.pack(made)) == [one.document() for one in made]


class TestUnpack:
    @pytest.mark.parametrize(
        "text",
        [
            "", "doorstep.packed/1 Ed25519", "doorstep.packed/2 Ed25519\n{}\n\ns\n",
            "doorstep.packed/1 Ed25519\n{}\n\n",
            "doorstep.packed/1 Ed25519\n{}\n{}\n\ns\n", "doorstep.packed/1 Ed25519\n{}\n\ns", "[]",
            "doorstep.packed/1 Ed25519\n\x011\n\ns\n", "doorstep.packed/1 Ed25519\n{}\n\x010\n\ns\ns\n",
            "doorstep.packed/1 Ed25519\n{}\n\x012\n\ns\ns\n", "doorstep.packed/1 Ed25519\n\x021,2;3\n\ns\n",
            "doorstep.packed/1 Ed25519\n{}\n" + "\x011" * 32_000 + "\n\ns\ns\n",
            "doorstep.packed/1 Ed25519\n" + "x" * (packed.MAX_BYTES + 1) + "\n\ns\n",
        ],
    )  # fmt: skip
    def test_refuses_what_is_none(self, text):
        with pytest.raises(NotPacked):
            packed.unpack(text)

    def test_hands_on_a_text_that_is_no_envelope(self):
        [found] = packed.unpack("doorstep.packed/1 Ed25519\nhello\n\nsig\n")
        assert (found["env"], found["sig"], found["alg"], "id" in found) == ("hello", "sig", "Ed25519", False)


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
