import io
import stat
import subprocess
import zipfile

import bagit
import pytest

from sync import bag
from sync.bag import BadBag

PAYLOAD = {"a.txt": b"one", "photos/b.jpg": b"two" * 1000}


def write(payload=PAYLOAD, name="dossier-1"):
    out = io.BytesIO()
    bag.write(
        payload, into=out, name=name, info={"Source-Organization": "某公司\n分部"}, tags={"README.txt": b"read me"}
    )
    return out.getvalue()


def zipped(entries, **attributes):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = attributes.get("external_attr", 0o644 << 16)
            archive.writestr(entry, data)
    return io.BytesIO(out.getvalue())


def rewritten(raw, change):
    """Return the ZIP with each file's content changed by change(name, data); None leaves it out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return io.BytesIO(out.getvalue())


class TestWrite:
    def test_gives_the_same_bytes_each_time(self):
        assert write() == write(dict(reversed(PAYLOAD.items())))

    def test_stores_without_compressing_and_without_a_clock(self):
        with zipfile.ZipFile(io.BytesIO(write())) as archive:
            assert {e.compress_type for e in archive.infolist()} == {zipfile.ZIP_STORED}
            assert {e.date_time for e in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert archive.testzip() is None

    def test_takes_files_from_disk(self, tmp_path):
        (tmp_path / "x").write_bytes(PAYLOAD["a.txt"])
        assert write(PAYLOAD | {"a.txt": tmp_path / "x"}) == write()

    def test_is_a_bag_to_the_library_of_congress(self, tmp_path):
        zipfile.ZipFile(io.BytesIO(write())).extractall(tmp_path)
        found = bagit.Bag(str(tmp_path / "dossier-1"))
        assert found.validate()
        assert found.info["Payload-Oxum"] == "3003.2"
        assert found.info["Source-Organization"] == "某公司 分部"

    def test_is_checked_by_sha256sum(self, tmp_path):
        zipfile.ZipFile(io.BytesIO(write())).extractall(tmp_path)
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            subprocess.run(["sha256sum", "-c", manifest], cwd=tmp_path / "dossier-1", check=True, capture_output=True)

    @pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a//b", "./x", "a\\b", "a\nb", ""])
    def test_refuses_a_path_that_leaves_the_bag(self, path):
        with pytest.raises(ValueError, match="may not leave"):
            write({path: b""})


class TestOpenBag:
    def test_reads_what_was_written(self):
        opened = bag.open_bag(io.BytesIO(write()))
        assert opened.read("data/a.txt") == b"one"
        assert opened.faults() == []

    @pytest.mark.parametrize("raw", [b"", b"PK", b"x" * 1000])
    def test_refuses_what_is_no_zip(self, raw):
        with pytest.raises(BadBag, match="not a ZIP"):
            bag.open_bag(io.BytesIO(raw))

    def test_refuses_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(BadBag):
            bag.open_bag(tmp_path / "none.zip")

    @pytest.mark.parametrize("name", ["../x", "/etc/passwd", "d/../x", "d\\x", "d/./x"])
    def test_refuses_unsafe_names(self, name):
        with pytest.raises(BadBag, match="unsafe"):
            bag.open_bag(zipped([("d/bagit.txt", b""), (name, b"")]))

    def test_refuses_links(self):
        link = (stat.S_IFLNK | 0o777) << 16
        with pytest.raises(BadBag, match="unsafe"):
            bag.open_bag(zipped([("d/bagit.txt", b"/etc/passwd")], external_attr=link))

    def test_holds_files_and_no_folders(self):
        assert bag.open_bag(zipped([("d/bagit.txt", b""), ("d/data/", b""), ("d/data/x", b"1")])).paths == {
            "bagit.txt", "data/x",
        }  # fmt: skip

    def test_refuses_two_files_of_one_name(self):
        with pytest.warns(UserWarning, match="Duplicate"):
            raw = zipped([("d/bagit.txt", b""), ("d/x", b"1"), ("d/x", b"2")])
        with pytest.raises(BadBag, match="^two files of the same name$"):
            bag.open_bag(raw)

    @pytest.mark.parametrize("names", [["x"], ["d/bagit.txt", "e/x"], ["d/bagit.txt", "e/bagit.txt"]], ids=str)
    def test_refuses_anything_but_one_bag(self, names):
        with pytest.raises(BadBag, match="^not one BagIt folder and nothing else$"):
            bag.open_bag(zipped([(name, b"") for name in names]))

    def test_refuses_more_than_any_dossier_has(self, monkeypatch):
        monkeypatch.setattr(bag, "MAX_TOTAL_BYTES", 10)
        with pytest.raises(BadBag, match="^more files or bytes than any dossier has$"):
            bag.open_bag(io.BytesIO(write()))

    @pytest.mark.parametrize("limit", ["MAX_TOTAL_BYTES", "MAX_ENTRIES"])
    def test_opens_what_has_just_as_much_as_a_dossier_may(self, monkeypatch, limit):
        entries = zipfile.ZipFile(io.BytesIO(write())).infolist()
        most = {"MAX_TOTAL_BYTES": sum(one.file_size for one in entries), "MAX_ENTRIES": len(entries)}[limit]
        monkeypatch.setattr(bag, limit, most)
        bag.open_bag(io.BytesIO(write()))
        monkeypatch.setattr(bag, limit, most - 1)
        with pytest.raises(BadBag, match="^more files or bytes than any dossier has$"):
            bag.open_bag(io.BytesIO(write()))


class TestRead:
    def test_refuses_a_file_longer_than_expected(self):
        with pytest.raises(BadBag, match="longer"):
            bag.open_bag(io.BytesIO(write())).read("data/photos/b.jpg", most=2999)

    def test_refuses_a_missing_file(self):
        with pytest.raises(BadBag, match="missing"):
            bag.open_bag(io.BytesIO(write())).read("data/none")

    def test_refuses_bytes_the_zip_itself_calls_damaged(self):
        raw = write()
        at = raw.index(b"one")
        with pytest.raises(BadBag, match="cannot be read"):
            bag.open_bag(io.BytesIO(raw[:at] + b"two" + raw[at + 3 :])).read("data/a.txt")


class TestFaults:
    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda n, d: b"two" if n.endswith("a.txt") else d, "data/a.txt is not what manifest-sha256.txt says"),
            (
                lambda n, d: None if n.endswith("a.txt") else d,
                "data/a.txt is listed in manifest-sha256.txt but missing",
            ),
            (
                lambda n, d: b"x" if n.endswith("README.txt") else d,
                "README.txt is not what tagmanifest-sha256.txt says",
            ),
            (lambda n, d: b"x" if n.endswith("/bagit.txt") else d, "bagit.txt does not declare a bag"),
            (lambda n, d: None if n.endswith("/manifest-sha256.txt") else d, "manifest-sha256.txt is missing"),
            (lambda n, d: b"\xff" if n.endswith("/manifest-sha256.txt") else d, "a manifest is not UTF-8"),
            (lambda n, d: d + d if n.endswith("/manifest-sha256.txt") else d, "a manifest line is damaged or doubled"),
        ],
        ids=["changed", "missing", "tag", "declaration", "no manifest", "not text", "doubled"],
    )
    def test_names_what_is_wrong(self, change, fault):
        assert any(fault in one for one in bag.open_bag(rewritten(write(), change)).faults())

    def test_sees_a_file_that_was_slipped_in(self):
        raw = io.BytesIO(write())
        with zipfile.ZipFile(raw, "a") as archive:
            archive.writestr("dossier-1/data/extra.txt", b"x")
        assert bag.open_bag(raw).faults() == ["data/extra.txt is not listed in manifest-sha256.txt"]
