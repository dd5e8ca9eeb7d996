import pytest

from sync import upload
from sync.envelope import RecordType
from sync.phone.transport import Answer, NoNetwork, NotOurServer

from .conftest import MARKED, problem

BIG = bytes(range(256)) * 4000


@pytest.fixture
def photo(client, outbox):
    bound = outbox.file(BIG, mime="image/jpeg")
    outbox.write(RecordType.MANIFEST, {}, files=[bound])
    client.push()
    return bound[0].id


def patches(office):
    return [headers for method, _, headers in office.seen if method == "PATCH"]


class TestUploadAll:
    def test_sends_chunks_of_at_most_256_kib(self, client, office, store, photo):
        assert client.upload() == 1
        assert office.files[photo] == BIG
        assert [int(h["Upload-Offset"]) for h in patches(office)] == [0, 262144, 524288, 786432]
        assert store.media_states() == {photo: "sent"}

    def test_goes_on_where_the_office_stands(self, client, office, photo):
        office.files[photo] = BIG[:500_000]
        client.upload()
        assert office.files[photo] == BIG
        assert int(patches(office)[0]["Upload-Offset"]) == 500_000

    def test_sends_nothing_when_the_file_is_whole(self, client, office, photo):
        office.files[photo] = BIG
        assert client.upload() == 1
        assert patches(office) == []

    def test_takes_smaller_chunks_on_a_bad_line(self, client, office, photo):
        office.plan = ["", "", "lost", "", "lost"]
        client.upload()
        assert office.files[photo] == BIG
        assert [int(h["Upload-Offset"]) for h in patches(office)][:5] == [0, 0, 0, 65536, 196608]

    def test_gives_up_at_the_smallest_chunk_and_keeps_the_file(self, client, office, store, photo):
        office.plan = ["", "", *["lost", ""] * 2, *["lost"] * 6]
        with pytest.raises(NoNetwork):
            client.upload()
        assert store.media_states() == {photo: "waiting"}

    @pytest.mark.parametrize("refusal", [problem(409, "wrong-offset"), problem(460, "chunk-damaged")])
    def test_asks_again_where_to_go_on(self, client, office, photo, refusal):
        office.plan = ["", "", refusal]
        assert client.upload() == 1
        assert office.files[photo] == BIG

    def test_gives_up_on_an_office_that_never_takes_it(self, client, office, store, photo, monkeypatch):
        monkeypatch.setattr(office, "_finish", lambda file_id: office.files.update({file_id: b""}))
        with pytest.raises(NoNetwork, match="^the upload makes no progress$"):
            client.upload()
        assert store.media_states() == {photo: "waiting"}

    def test_goes_on_with_the_others_when_one_gets_nowhere(self, client, office, outbox, store, photo, monkeypatch):
        second = outbox.file(b"small", mime="image/jpeg")
        outbox.write(RecordType.MANIFEST, {}, files=[second])
        whole = office._finish  # noqa: SLF001
        monkeypatch.setattr(
            office, "_finish", lambda file_id: office.files.update({photo: b""}) if file_id == photo else whole(file_id)
        )
        with pytest.raises(NoNetwork, match="no progress"):
            client.upload()
        assert store.media_states() == {photo: "waiting", second[0].id: "sent"}

    def test_lets_new_records_go_before_every_chunk(self, client, office, outbox, store, photo, monkeypatch):
        whole = office._file  # noqa: SLF001

        def write_meanwhile(method, path, headers, body):
            if method == "PATCH":
                outbox.write(RecordType.PLAN_EVENT, {"event": "started"})
            return whole(method, path, headers, body)

        monkeypatch.setattr(office, "_file", write_meanwhile)
        client.upload()
        sent = [("push" if path.endswith("push") else method) for method, path, _ in office.seen[1:]]
        assert sent[-7:] == ["PATCH", "push", "PATCH", "push", "PATCH", "push", "PATCH"]
        assert store.count("waiting") == 1

    def test_does_not_push_before_every_chunk_what_is_not_acknowledged(
        self, client, office, outbox, photo, monkeypatch
    ):
        monkeypatch.setattr(office, "_ack", lambda entries: {"forged": True})
        outbox.write(RecordType.PLAN_EVENT, {"event": "started"})
        client.upload()
        assert [path for _, path, _ in office.seen].count("/v1/sync/records/push") == 2

    def test_leaves_a_refused_file_for_the_next_round(self, client, office, outbox, store, photo):
        second = outbox.file(b"small", mime="image/jpeg")
        outbox.write(RecordType.MANIFEST, {}, files=[second])
        client.push()
        office.plan = [problem(413, "file-too-large")]
        assert client.upload() == 1
        assert store.media_states() == {photo: "waiting", second[0].id: "sent"}

    @pytest.mark.parametrize(
        "answer",
        [Answer(201, MARKED, b""), Answer(201, MARKED | {"location": "http://elsewhere/x"}, b"")],
        ids=["none", "foreign"],
    )
    def test_goes_nowhere_else(self, client, office, photo, answer):
        office.plan = [answer]
        with pytest.raises(NotOurServer):
            client.upload()

    @pytest.mark.parametrize("offset", [{}, {"upload-offset": "-1"}, {"upload-offset": "many"}], ids=str)
    def test_needs_an_offset(self, client, office, photo, offset):
        office.plan = ["", Answer(200, MARKED | offset, b"")]
        with pytest.raises(NotOurServer):
            client.upload()

    def test_names_the_file_as_the_signed_manifest_does(self, client, office, store, photo):
        media = store.next_media()
        client.upload()
        facts = office.told[photo]
        assert (facts.sha256, facts.length) == (media.ref.sha256, len(BIG))
        assert facts.length <= upload.MAX_FILE_BYTES
