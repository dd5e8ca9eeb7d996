import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.envelope import RecordType
from sync.phone import export
from sync.phone.store import Store

from .conftest import DEVICE

OFFICE_KEY = Ed25519PrivateKey.from_private_bytes(b"A" * 32)


@pytest.fixture
def written(outbox):
    outbox.write(RecordType.PLAN_EVENT, {"event": "started", "note": "说明"})
    return outbox.write(RecordType.MANIFEST, {}, files=[outbox.file(b"photo", mime="image/jpeg")])


class TestWrite:
    def test_holds_what_only_the_phone_has(self, written, store, senses):
        content = export.write(store, random=senses.random)
        found = export.read(content, key=OFFICE_KEY)
        assert found.device == DEVICE
        assert [one["seq"] for one in found.records] == [1, 2]
        assert found.records[1] == written.document()
        [(ref, content_of_file)] = found.files
        assert (content_of_file, ref.mime) == (b"photo", "image/jpeg")

    def test_leaves_out_what_the_office_acknowledged_and_changes_nothing(self, written, client, store, senses, outbox):
        client.sync()
        later = outbox.write(RecordType.PLAN_EVENT, {"event": "finished"})
        found = export.read(export.write(store, random=senses.random), key=OFFICE_KEY)
        assert [one["id"] for one in found.records] == [later.id]
        assert found.files == ()
        assert store.count("waiting") == 1

    def test_shows_nothing_to_who_has_not_the_key(self, written, store, senses):
        content = export.write(store, random=senses.random)
        assert DEVICE.encode() not in content
        with pytest.raises(export.NotAnExport, match="^damaged, or sealed to another server's key$"):
            export.read(content, key=Ed25519PrivateKey.from_private_bytes(b"B" * 32))

    def test_needs_an_enrolled_phone(self, senses):
        store = Store(":memory:")
        with pytest.raises(export.NotAnExport, match="^the phone knows no server's key$"):
            export.write(store, random=senses.random)
        store.close()


class TestRead:
    @pytest.mark.parametrize("at", [0, 20, 60, -1])
    def test_finds_any_altered_byte(self, written, store, senses, at):
        content = bytearray(export.write(store, random=senses.random))
        content[at] ^= 1
        with pytest.raises(export.NotAnExport):
            export.read(bytes(content), key=OFFICE_KEY)

    @pytest.mark.parametrize("content", [b"", b"doorstep.export/2\n", b"doorstep.export/2\n" + bytes(60)])
    def test_refuses_what_is_none(self, content):
        with pytest.raises(export.NotAnExport, match="^(no export of this version|damaged, or sealed to another .*)$"):
            export.read(content, key=OFFICE_KEY)

    def test_refuses_a_file_that_is_not_what_its_hash_says(self, senses):
        plain = b'{"device":"d","records":[],"files":[{"id":"f","sha256":"00","bytes":1,"mime":"x","content":"eA=="}]}'
        sealed = export.seal(plain, to=OFFICE_KEY.public_key().public_bytes_raw(), random=senses.random)
        with pytest.raises(export.NotAnExport, match="file f"):
            export.read(sealed, key=OFFICE_KEY)


class TestSeal:
    def test_agrees_with_the_curve_for_many_keys(self, senses):
        for number in range(20):
            key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
            plain = b'{"device":"d","records":[],"files":[]}'
            sealed = export.seal(plain, to=key.public_key().public_bytes_raw(), random=senses.random)
            assert export.read(sealed, key=key).device == "d"
