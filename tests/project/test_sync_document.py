"""The bytes worked out in docs/sync.md verify, and are those of the shared vectors."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from server.devices.rules import MAX_PUSH_BYTES, MAX_ROWS
from sync import chain, envelope, feed, naming, packed, upload
from sync.envelope import Record
from sync.signature import public_key, unb64url

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sync.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```(?:text|json) (\w+)\n(.*?)\n```", PAGE, re.DOTALL))
KEY = public_key(json.loads(BLOCKS["key"]), alg="Ed25519")


class TestWorkedBytes:
    @pytest.mark.parametrize("which", ["", "next_"])
    def test_hash_and_signature_are_right(self, which):
        env, digest = BLOCKS[which + "env"], BLOCKS[which + "hash"]
        assert hashlib.sha256(env.encode()).hexdigest() == digest
        assert KEY.verifies(BLOCKS[which + "sig"], bytes.fromhex(digest))
        assert envelope.is_canonical(env)

    def test_chain_begins_and_goes_on(self):
        assert hashlib.sha256(BLOCKS["genesis"].encode()).hexdigest() == BLOCKS["prev"]
        first, second = envelope.read(BLOCKS["env"]), envelope.read(BLOCKS["next_env"])
        assert (first.seq, first.prev) == (1, BLOCKS["prev"])
        assert (second.seq, second.prev) == (2, BLOCKS["hash"])
        assert chain.start(first.device).hash == BLOCKS["prev"]

    def test_one_altered_letter_would_show(self):
        altered = BLOCKS["env"].replace('"code":1', '"code":2')
        assert hashlib.sha256(altered.encode()).hexdigest() != BLOCKS["hash"]
        assert not KEY.verifies(BLOCKS["next_sig"], bytes.fromhex(BLOCKS["hash"]))

    def test_are_those_of_the_shared_vectors(self):
        cases = json.loads((ROOT / "tests" / "vectors" / "envelope.json").read_text(encoding="utf-8"))["cases"]
        records = [case["record"] for case in cases[:2]]
        told = [{name: BLOCKS[which + name] for name in ("env", "hash", "sig")} for which in ("", "next_")]
        assert [{name: record[name] for name in ("env", "hash", "sig")} for record in records] == told

    def test_packed_they_are_those_told(self):
        cases = json.loads((ROOT / "tests" / "vectors" / "envelope.json").read_text(encoding="utf-8"))["cases"]
        body = packed.pack([Record(**case["record"]) for case in cases[:2]])
        lines, _, tail = body.partition(b"\n\n")
        told = re.sub(r"\\x0(\d)", lambda mark: chr(int(mark[1])), BLOCKS["packed_lines"])
        assert lines.decode() == told
        sigs = [unb64url(BLOCKS[which + "sig"]) for which in ("", "next_")]
        assert tail == bytes.fromhex(BLOCKS["packed_names"]) + b"".join(sigs)


class TestPage:
    def test_names_every_vector_file(self):
        section = PAGE.partition("## Test vectors")[2]
        assert not [one.stem for one in (ROOT / "tests" / "vectors").glob("*.json") if f"`{one.stem}`" not in section]

    def test_names_only_problems_that_exist(self):
        known = set(
            re.findall(r"^- `([a-z-]+)`", (ROOT / "docs" / "problems.md").read_text(encoding="utf-8"), re.MULTILINE)
        )
        table = PAGE.partition("## Errors at a glance")[2].partition("##")[0]
        named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", table))
        assert named
        assert named <= known

    def test_tells_the_limits_in_force(self):
        assert f"at most {MAX_ROWS} rows and {MAX_PUSH_BYTES // 2**20} MiB" in PAGE
        assert f"More than {naming.MOST_NAMES:,} and" in PAGE
        assert f'"packed": {list(packed.VERSIONS)}' in PAGE
        assert f"(1 to {feed.MAX_LIMIT:,}, usually {feed.DEFAULT_LIMIT})" in PAGE
        assert f"at most {upload.MAX_FILE_BYTES // 2**20} MiB" in PAGE
        assert all(f"`{coll}" in PAGE or f" {coll}," in PAGE for coll in feed.PULLED)
