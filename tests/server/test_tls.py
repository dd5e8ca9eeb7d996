"""The lines of an installation: tried against real TLS servers, and judged by settings."""

import socket
import ssl
import subprocess
import threading
from datetime import timedelta

import pytest
from click.testing import CliRunner

from server import clock, tls
from server.bucket import Bucket
from server.cli import cli

DAYS = 60


def certificate(folder, name):
    """Make a key and a certificate of sixty days that signs itself; return their one file."""
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(DAYS), "-subj", "/CN=doorstep"]
    subprocess.run(
        [*words, "-addext", f"subjectAltName={name}", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("ours"), "IP:127.0.0.1")


@pytest.fixture(scope="module")
def of_another(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("another"), "DNS:elsewhere.example")


@pytest.fixture
def served():
    """Serve with a certificate, or without TLS, on a port of this machine; return its address."""
    listeners = []

    def serve(pem=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if pem is not None:
            context.load_cert_chain(pem)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=answer, args=(listener, context if pem else None), daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for one in listeners:
        one.close()


def answer(listener, context):
    try:
        raw, _ = listener.accept()
        with raw:
            if context is None:
                raw.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            else:
                context.wrap_socket(raw, server_side=True).close()
    except OSError:  # the other side did not like the certificate, or the test is over
        pass


@pytest.fixture
def trusting(monkeypatch):
    return lambda pem: monkeypatch.setenv("SSL_CERT_FILE", str(pem))


def now():
    return clock.now()


class TestOfClients:
    def test_tells_until_when_a_certificate_is_trusted(self, served, ours, trusting):
        trusting(ours)
        found = tls.of_clients(served(ours), at=now())
        assert found.is_good, found
        assert f"{DAYS - 1} days left" in found.told

    def test_refuses_one_that_ends_within_two_weeks(self, served, ours, trusting):
        trusting(ours)
        found = tls.of_clients(served(ours), at=now() + timedelta(days=DAYS - 13))
        assert (found.is_good, "12 days left" in found.told) == (False, True)

    def test_refuses_one_that_nobody_trusts(self, served, ours):
        found = tls.of_clients(served(ours), at=now())
        assert (found.is_good, "not trusted" in found.told) == (False, True)

    def test_refuses_one_of_another_name(self, served, of_another, trusting):
        trusting(of_another)
        found = tls.of_clients(served(of_another), at=now())
        assert (found.is_good, "not trusted" in found.told) == (False, True)

    def test_refuses_what_speaks_no_tls(self, served):
        found = tls.of_clients(served(), at=now())
        assert (found.is_good, "no TLS" in found.told) == (False, True)

    def test_says_who_does_not_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        found = tls.of_clients(f"https://127.0.0.1:{port}", at=now())
        assert (found.is_good, "does not answer" in found.told) == (False, True)

    @pytest.mark.parametrize(("url", "is_good"), [("http://127.0.0.1:8000", True), ("http://visits.example", False)])
    def test_takes_no_tls_only_where_nobody_else_can_reach_it(self, url, is_good):
        assert tls.of_clients(url, at=now()).is_good is is_good


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("sqlite:////srv/doorstep.db", True),
        ("postgresql+psycopg://app@/doorstep?host=/run/postgresql", True),
        ("postgresql+psycopg://app@127.0.0.1/doorstep", True),
        ("postgresql+psycopg://app@db.example/doorstep?sslmode=verify-full", True),
        ("postgresql+psycopg://app@db.example/doorstep?sslmode=require", False),
        ("postgresql+psycopg://app@db.example/doorstep", False),
    ],
)
def test_a_database_elsewhere_must_say_who_it_is(url, is_good, monkeypatch):
    monkeypatch.delenv("PGSSLMODE", raising=False)
    assert tls.of_database(url).is_good is is_good


@pytest.mark.parametrize(
    ("url", "is_good"),
    [("", True), ("redis://127.0.0.1:6379/0", True), ("unix:///run/redis.sock", True),
     ("rediss://limits.example", True), ("redis://limits.example", False)],
)  # fmt: skip
def test_redis_elsewhere_needs_tls(url, is_good):
    assert tls.of_limits(url).is_good is is_good


def test_a_bucket_elsewhere_is_asked_over_tls():
    assert tls.of_files(None).is_good
    bucket = Bucket(name="visits", endpoint="https://files.example", region="cn", key="k", secret="s")
    assert tls.of_files(bucket).told == "files.example: TLS"


@pytest.mark.parametrize(("url", "code"), [("http://127.0.0.1:8000", 0), ("http://visits.example", 1)])
def test_the_command_tells_every_line_and_fails_when_one_will_not_do(app, monkeypatch, url, code):
    monkeypatch.setenv("DOORSTEP_PUBLIC_URL", url)
    result = CliRunner().invoke(cli, ["--var", str(app.extensions["doorstep"].var_dir), "tls"])
    assert result.exit_code == code, result.output
    names = [line.split()[1] for line in result.output.splitlines()]
    assert names == ["clients:", "database:", "limits:", "files:"]
    assert ("FAIL  clients" in result.output) == bool(code)
