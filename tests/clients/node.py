"""Talking with a client that runs in node: one JSON command per line in, one JSON answer per line out."""

import json
import queue
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
ANSWERS_WITHIN_S = 60


class Refused(Exception):
    """The server refused what the client asked: `status` and the problem document."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem}")
        self.status, self.problem = status, problem


@dataclass
class NodeClient:
    """A node process; an unknown attribute is a command of its script: `phone.pull(coll="stops")`."""

    script: str
    log_path: Path
    process: subprocess.Popen | None = field(default=None, repr=False)
    lines: queue.Queue = field(default_factory=queue.Queue, repr=False)
    listener: threading.Thread | None = field(default=None, repr=False)

    def __enter__(self):
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [shutil.which("node"), "--no-warnings", FOLDER / self.script],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8",
            )  # fmt: skip
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.listener.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def __getattr__(self, name):
        return lambda **given: self.ask(name, **given)

    def ask(self, name, **given):
        """Have one command done. Raises Refused, or RuntimeError for a fault of the client."""
        self.begin(name, **given)
        return self.end()

    def begin(self, name, **given):
        """Give a command without waiting for its answer."""
        self.process.stdin.write(json.dumps({"do": name} | given) + "\n")
        self.process.stdin.flush()

    def end(self):
        """Return the answer to the command begun first."""
        line = self.lines.get(timeout=ANSWERS_WITHIN_S)
        if not line:
            raise RuntimeError(self.log_path.read_text(errors="replace")[-3000:])
        answer = json.loads(line)
        if answer.get("status"):
            raise Refused(answer["status"], answer["problem"])
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def _listen(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")
