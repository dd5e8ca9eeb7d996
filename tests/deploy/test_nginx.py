"""`deploy/nginx.conf` in a real nginx before the real server: TLS, what it hides, whose address the server sees."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from server.accounts.models import AddressFailure
from server.db import db
from tests import live
from tests.cast import PASSWORD


@pytest.fixture(autouse=True, scope="module")
def nginx_is_there():
    """Without nginx nothing here is shown: that is a failure, and says how it is mended."""
    if not shutil.which("nginx"):
        pytest.fail("nginx is not installed: `sudo apt-get install nginx-light`, or any nginx from 1.18 on the path")


SAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
WRONG = {"username": "nobody", "password": "wrong-wrong-wrong"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def configuration(folder, *, server, tls, plain):
    """Return a whole configuration around the sample, on other ports and files, and nothing else changed."""
    sample = SAMPLE.read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8000", server.removeprefix("http://")), ("/etc/nginx/doorstep", f"{folder}/doorstep"),
        ("/var/log/nginx", str(folder)), ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen [::]:80;", ""),
        ("listen 443 ", f"listen 127.0.0.1:{tls} "), ("listen [::]:443 ssl http2;", ""),
    ):  # fmt: skip
        assert old in sample, old
        sample = sample.replace(old, new)
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""  # else its worker may not write into this folder
    return f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}}\nhttp {{ {paths}\n{sample}\n}}"


@pytest.fixture
def proxied(app, tmp_path, monkeypatch):
    """Addresses (https, http) of the sample's nginx before a real server that trusts one proxy."""
    monkeypatch.setenv("DOORSTEP_TRUSTED_PROXIES", "1")
    folder = tmp_path / "nginx"
    folder.mkdir()
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "doorstep.key", "-out", "doorstep.pem"]
    subprocess.run([*make, *names], cwd=folder, check=True, capture_output=True)
    tls, plain = free_port(), free_port()
    with live.serving(app.extensions["doorstep"], application="server.app:create_app()") as server:
        (folder / "whole.conf").write_text(configuration(folder, server=server.url, tls=tls, plain=plain))
        words = ["nginx", "-p", str(folder), "-c", str(folder / "whole.conf")]
        tested = subprocess.run([*words, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        running = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        try:
            wait_for(tls)
            yield f"https://127.0.0.1:{tls}", f"http://127.0.0.1:{plain}", str(folder / "doorstep.pem")
        finally:
            running.terminate()
            running.wait(timeout=20)


def wait_for(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx does not listen")


def test_serves_over_tls_only_and_hides_what_is_the_machines_own(proxied):
    https, _, root = proxied
    answer = requests.get(f"{https}/healthz", verify=root, timeout=30)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    assert not re.search(r"\d", answer.headers["Server"])
    assert requests.get(f"{https}/metrics", verify=root, timeout=30).status_code == 404
    assert requests.get(f"{https}/readyz", verify=root, timeout=30).status_code == 404


def test_leads_people_to_tls_and_refuses_programs(proxied):
    _, http, _ = proxied
    moved = requests.get(f"{http}/console/", allow_redirects=False, timeout=30)
    assert (moved.status_code, moved.headers["Location"]) == (308, "https://127.0.0.1/console/")
    assert requests.post(f"{http}/v1/auth/token", json=WRONG, allow_redirects=False, timeout=30).status_code == 403


@pytest.mark.parametrize(
    ("words", "is_good"),
    [("ECDHE-RSA-AES128-GCM-SHA256", True), ("AES128-GCM-SHA256", False), ("ECDHE-RSA-AES128-SHA", False)],
)
def test_speaks_no_weak_cipher_and_no_old_tls(proxied, words, is_good):
    https, _, root = proxied
    host, port = "127.0.0.1", int(https.rpartition(":")[2])
    context = ssl.create_default_context(cafile=root)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{words}:@SECLEVEL=0")
    assert is_spoken(context, host, port) == is_good
    with pytest.deprecated_call():
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    assert not is_spoken(context, host, port)


def is_spoken(context, host, port):
    try:
        with (
            socket.create_connection((host, port), timeout=20) as line,
            context.wrap_socket(line, server_hostname=host),
        ):
            return True
    except (ssl.SSLError, ConnectionError):
        return False


def test_a_large_body_gets_to_the_server_and_a_larger_one_its_refusal(proxied):
    https, _, root = proxied
    signed = requests.post(
        f"{https}/v1/auth/token", json={"username": "lin", "password": PASSWORD}, verify=root, timeout=30
    )
    bearer = {"Authorization": f"Bearer {signed.json()['access_token']}"}
    answer = requests.post(f"{https}/v1/files", data=b"x" * 32_600_000, headers=bearer, verify=root, timeout=60)
    assert answer.headers["Content-Type"] == "application/problem+json", (answer.status_code, answer.text[:300])


def test_the_caller_cannot_say_another_address(proxied, app):
    """Behind the sample, limits count the connection's address, whatever the caller writes into the header."""
    https, _, root = proxied
    for number in range(2):
        requests.post(
            f"{https}/v1/auth/token", json=WRONG, headers={"X-Forwarded-For": f"203.0.113.{number}"}, verify=root,
            timeout=30,
        )  # fmt: skip
    with app.app_context():
        counted = db.session.execute(select(AddressFailure.address_index, AddressFailure.failed)).all()
        vault = app.extensions["doorstep"].vault
        assert [tuple(row) for row in counted] == [(vault.blind_index("address", "127.0.0.1"), 2)]
        db.session.rollback()
