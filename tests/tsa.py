"""A time-stamping authority of OpenSSL's own making (`openssl ts -reply`) behind a small HTTP server."""

import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SETTINGS = """
oid_section = oids
[oids]
policy = 1.2.3.4.1
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
default_policy = policy
digests = sha256, sha384, sha512
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[stamping]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = {usage}
"""
STAMPING = "critical, timeStamping"


def openssl(*words, stdin=None):
    """Run openssl, which must succeed; return what it wrote."""
    done = subprocess.run(["openssl", *map(str, words)], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


class Authority:
    """Keys and certificates of an authority under its own root, in a folder."""

    def __init__(self, folder, *, usage=STAMPING, key=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        folder.mkdir()
        self.folder, self.root, self.asked = folder, folder / "tsa-root.pem", []
        self.before_answer = lambda: None
        settings = folder / "tsa.cnf"
        settings.write_text(SETTINGS.format(folder=folder, usage=usage))
        (folder / "serial").write_text("01")
        for name in ("root", "tsa"):
            openssl("genpkey", "-algorithm", *key, "-out", folder / f"{name}.key")
        made, own = ("-config", settings, "-days", 4000), ("-CA", self.root, "-CAkey", folder / "root.key")
        openssl("req", "-x509", "-new", "-key", folder / "root.key", "-subj", "/CN=Test TSA root", "-out", self.root,
                "-extensions", "root", *made)  # fmt: skip
        openssl("req", "-x509", "-new", "-key", folder / "tsa.key", "-subj", "/CN=Test TSA", "-out", folder / "tsa.pem",
                "-extensions", "stamping", *own, *made)  # fmt: skip

    def reply(self, query):
        """Return the reply to a time stamp request, as `openssl ts` makes it."""
        (self.folder / "query.tsq").write_bytes(query)
        openssl("ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", self.folder / "query.tsq",
                "-signer", self.folder / "tsa.pem", "-inkey", self.folder / "tsa.key", "-chain", self.root,
                "-out", self.folder / "reply.tsr")  # fmt: skip
        return (self.folder / "reply.tsr").read_bytes()

    def stamp(self, data):
        """Return a reply about some bytes, asked by OpenSSL."""
        (self.folder / "data").write_bytes(data)
        return self.reply(openssl("ts", "-query", "-data", self.folder / "data", "-sha256", "-cert"))

    def agrees(self, data, reply):
        """Return whether `openssl ts -verify` accepts a reply for some bytes."""
        (self.folder / "told").write_bytes(data)
        (self.folder / "told.tsr").write_bytes(reply)
        done = subprocess.run(
            ["openssl", "ts", "-verify", "-data", self.folder / "told", "-in", self.folder / "told.tsr",
             "-CAfile", self.root], capture_output=True, text=True, check=False)  # fmt: skip
        return "Verification: OK" in done.stdout + done.stderr

    @contextmanager
    def serving(self):
        """Serve the authority; gives its address."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked.append(query)
                authority.before_answer()
                reply = authority.reply(query)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *args):
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)
