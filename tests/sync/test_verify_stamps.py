"""Stamped checkpoints in a dossier: what an authority saw, and each way they can be forged, is named."""

import base64
import sys
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import bag, dossier, tlog, verify
from sync.dossier import Dossier, StampedCheckpoint
from sync.tlog import Checkpoint
from tests.tsa import Authority

KEY, NAME = Ed25519PrivateKey.from_private_bytes(b"k" * 32), "office.example/log"
LEAVES = [b"leaf %d" % n for n in range(7)]
HASHES = [tlog.leaf_hash(one) for one in LEAVES]


def note(size, *, hashes=HASHES, key=KEY):
    return tlog.sign_checkpoint(Checkpoint(NAME, size, tlog.root_of(hashes[:size])), key)


def consistency(old, new):
    """Return the proof of RFC 6962 §2.1.2, written from its text."""

    def sub(m, low, high, *, whole):
        if m == high - low:
            return [] if whole else [tlog.root_of(HASHES[low:high])]
        k = tlog.split(high - low)
        if m <= k:
            return [*sub(m, low, low + k, whole=whole), tlog.root_of(HASHES[low + k : high])]
        return [*sub(m - k, low + k, high, whole=False), tlog.root_of(HASHES[low : low + k])]

    return sub(old, 0, new, whole=True) if old < new else []


@pytest.fixture
def packed(authority, tmp_path):
    """Pack a dossier with stamps under a head of 7 leaves; changes replace its files."""

    def pack(*stamps, changes=None, root=None):
        held = {dossier.TSA_ROOT: root or authority.root.read_bytes()}
        log = (note(7), tlog.vkey(NAME, KEY.public_key()))
        files = dossier.contents(Dossier(about={}, records=[], keys={}, log=log, stamps=stamps, extra=held))
        out = BytesIO()
        bag.write({**files, **(changes or {})}, into=out, name="d", info={}, tags={})
        (tmp_path / "d.zip").write_bytes(out.getvalue())
        return tmp_path / "d.zip"

    return pack


@pytest.fixture(scope="module")
def replies(authority):
    """The authority's replies about checkpoints, each asked for once."""
    kept = {}

    def about(text):
        return kept.setdefault(text, authority.stamp(text.encode()))

    return about


@pytest.fixture
def stamped(replies):
    def make(size, **changes):
        told = {"note": note(size), "reply": replies(note(size)), "consistency": consistency(size, 7)}
        return StampedCheckpoint(size, **(told | changes))

    return make


def check_of(path, **given):
    report = verify.verify(path, **given)
    return next(one for one in report.checks if one.name == "stamps"), report


class TestLook:
    @pytest.mark.parametrize("size", range(1, 8))
    def test_tells_which_leaves_stood_when(self, packed, stamped, size):
        found, report = check_of(packed(stamped(size)))
        assert report.is_ok, verify.text_of(report)
        assert found.found[0].startswith(f"the first {size} leaves stood at 20")
        assert found.found[0].endswith("UTC, says CN=Test TSA")
        left = [f"no authority's time covers leaves {size + 1} to 7 of the log"] if size < 7 else []
        assert list(found.found[1:]) == left

    def test_says_to_compare_the_root_unless_it_came_from_elsewhere(self, packed, stamped, authority):
        path = packed(stamped(7))
        assert any("that tsa-root.pem" in one for one in verify.verify(path).not_proven)
        told = verify.verify(path, tsa_root=authority.root.read_bytes()).not_proven
        assert not any("that tsa-root.pem" in one for one in told)

    def test_says_so_when_there_is_none(self, packed):
        report = verify.verify(packed())
        assert "stamps" not in {one.name for one in report.checks}
        assert any("no authority's time stamp" in one for one in report.not_proven)

    def test_names_another_checkpoint_under_the_stamp(self, packed, stamped, replies):
        found, _ = check_of(packed(stamped(3, reply=replies(note(4)))))
        assert found.found == ("stamp 3: it is of other bytes",)

    def test_names_a_log_that_did_not_grow_from_it(self, packed, stamped, replies):
        other = note(3, hashes=[tlog.leaf_hash(b"x")] * 3)
        found, _ = check_of(packed(stamped(3, note=other, reply=replies(other))))
        assert found.found == ("stamp 3: forked: the dossier's checkpoint did not grow from it",)

    def test_names_a_checkpoint_the_log_did_not_sign(self, packed, stamped, replies):
        other = note(3, key=Ed25519PrivateKey.from_private_bytes(b"o" * 32))
        found, _ = check_of(packed(stamped(3, note=other, reply=replies(other))))
        assert found.found == ("stamp 3: no signature of the log's key",)

    def test_names_a_checkpoint_of_another_size(self, packed, stamped, replies):
        found, _ = check_of(packed(stamped(3, note=note(4), reply=replies(note(4)), consistency=consistency(4, 7))))
        assert found.found == ("stamp 3: the checkpoint is of 4 leaves",)

    @pytest.mark.parametrize("told", [b"!", "—".encode(), base64.b64encode(b"short")])
    def test_names_a_consistency_proof_that_is_none(self, packed, stamped, told):
        found, _ = check_of(packed(stamped(3), changes={"log/stamp-3.consistency": told}))
        assert not found.is_ok

    def test_names_an_authority_of_the_packers_own(self, packed, stamped, authority, tmp_path):
        """Whoever packs can stamp with an authority of his own; the root from elsewhere shows it."""
        own = Authority(tmp_path / "own")
        path = packed(stamped(3, reply=own.stamp(note(3).encode())), root=own.root.read_bytes())
        assert check_of(path)[0].is_ok
        found, _ = check_of(path, tsa_root=authority.root.read_bytes())
        assert found.found == ("stamp 3: CN=Test TSA leads to no trusted root",)

    def test_names_a_missing_reply_and_a_missing_root(self, packed, stamped, authority):
        log = (note(7), tlog.vkey(NAME, KEY.public_key()))
        told = Dossier(
            about={}, records=[], keys={}, log=log, stamps=[stamped(3), stamped(4)], extra={dossier.TSA_ROOT: b"x"}
        )
        changes = {"index.json": dossier.contents(told)["index.json"]}
        found, _ = check_of(packed(stamped(3), changes=changes))
        assert [one.partition(":")[0] for one in found.found] == ["stamp 4"]
        found, _ = check_of(packed(stamped(3), root=b"no certificate"))
        assert found.found[0].startswith("stamps: ")

    def test_is_not_looked_at_without_the_parser_and_says_so(self, packed, stamped, monkeypatch):
        monkeypatch.setitem(sys.modules, "sync.stamp", None)
        monkeypatch.delattr("sync.stamp")
        found, report = check_of(packed(stamped(3)))
        assert report.is_ok
        assert "openssl" in found.found[0]


def test_the_commands_root_from_elsewhere_is_used(packed, stamped, tmp_path, capsys):
    own = Authority(tmp_path / "own")
    assert verify.main([str(packed(stamped(7))), "--tsa-root", str(own.root)]) == 1
    assert "leads to no trusted root" in capsys.readouterr().out
