"""What a bucket's settings must say, and what they may not."""

import pytest

from server import config
from server.bucket import BadBucket, Bucket, read_secret
from server.config import HalfConfigured

GOOD = {"name": "b", "endpoint": "https://s3.example", "region": "r", "key": "k", "secret": "s"}
NAMES = {"MEDIA": "s3", "S3_BUCKET": "b", "S3_ENDPOINT": "https://s3.example", "S3_KEY": "k", "S3_SECRET": "geheim"}


class TestBucket:
    @pytest.mark.parametrize(
        "endpoint", ["https://s3.example", "http://127.0.0.1:9000", "http://[::1]:1", "http://localhost"]
    )
    def test_takes_tls_or_this_machine(self, endpoint):
        assert Bucket(**GOOD | {"endpoint": endpoint}).is_plain == endpoint.startswith("http:")

    @pytest.mark.parametrize(
        "endpoint",
        ["http://s3.example", "http://10.0.0.1", "ftp://s3.example", "s3.example", "https://", "https://u:p@s3.example",
         "https://s3.example/path", "https://s3.example?x", "file:///etc/passwd", "http://127.0.0.1.example"],
    )  # fmt: skip
    def test_refuses_any_other_address(self, endpoint):
        with pytest.raises(BadBucket):
            Bucket(**GOOD | {"endpoint": endpoint})

    @pytest.mark.parametrize("name", sorted(GOOD))
    def test_refuses_half_of_it(self, name):
        with pytest.raises(BadBucket, match=name):
            Bucket(**GOOD | {name: ""})

    def test_never_shows_its_secret(self):
        assert "geheim" not in repr(Bucket(**GOOD | {"secret": "geheim"}))


class TestReadSecret:
    def test_prefers_the_file(self, tmp_path):
        (tmp_path / "secret").write_text("of the file\n")
        assert read_secret("given", str(tmp_path / "secret")) == "of the file"
        assert read_secret("given", "") == "given"

    def test_refuses_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(BadBucket):
            read_secret("given", str(tmp_path / "absent"))


class TestReadBucket:
    @pytest.fixture
    def told(self, monkeypatch, keys_dir):
        def load(**names):
            for name, value in names.items():
                monkeypatch.setenv(f"DOORSTEP_{name}", value)
            return config.load(keys_dir).bucket

        return load

    def test_is_none_when_a_folder_keeps_the_files(self, told):
        assert told() is None

    def test_is_what_the_environment_says(self, told):
        assert told(**NAMES) == Bucket("b", "https://s3.example", "us-east-1", "k", "geheim")

    def test_refuses_an_unknown_kind_and_half_a_bucket(self, told):
        with pytest.raises(HalfConfigured, match="local or s3"):
            told(MEDIA="ftp")
        with pytest.raises(HalfConfigured, match="name"):
            told(**NAMES | {"S3_BUCKET": ""})
