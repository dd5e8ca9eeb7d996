"""An nginx before several hosts: whoever does not answer is left out for a second, the request goes to another."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.processes import await_port

HOW = "no nginx: install it (Debian: apt-get install nginx-light)"
CONFIG = """{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    {temporary}
    access_log off;
    client_max_body_size 33m;
    proxy_request_buffering on;
    proxy_connect_timeout 2s;
    upstream doorstep {{
        {servers}
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://doorstep;
            proxy_next_upstream error timeout non_idempotent;  # what a phone sends may always be sent again
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host:{port};
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto http;
        }}
    }}
}}
"""


class NotInstalled(RuntimeError):
    """There is no nginx on this machine."""


class Proxy:
    """A running nginx."""

    def __init__(self, folder: Path, *, port: int, hosts: Sequence[int]) -> None:
        """Take a folder of its own, the port it listens on and the hosts' ports."""
        self._folder, self._port, self._hosts = folder, port, hosts
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it unless it runs. Raises NotInstalled or NeverReady."""
        if self._process is not None:
            return
        program = shutil.which("nginx")
        if program is None:
            raise NotInstalled(HOW)
        self._folder.mkdir(exist_ok=True)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        text = CONFIG.format(
            user="user root;" if os.geteuid() == 0 else "", folder=self._folder, port=self._port,
            temporary=" ".join(f"{kind}_temp_path {self._folder}/{kind};" for kind in kinds),
            servers=" ".join(f"server 127.0.0.1:{one} max_fails=1 fail_timeout=1s;" for one in self._hosts),
        )  # fmt: skip
        (self._folder / "nginx.conf").write_text(text, encoding="utf-8")
        words = [program, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
        with (self._folder / "said").open("wb") as said:
            self._process = subprocess.Popen(words, stdout=said, stderr=said)  # noqa: S603  # our own command
        await_port(self._process, self._port)

    def kill(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
