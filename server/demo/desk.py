"""A person of the office at the HTTP API: signs in, posts, follows jobs."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import requests

POLL_S = 0.15
TRIES = 5
TIMEOUT_S = 60


class Unexpected(Exception):
    """The server answered something the demo's story does not expect."""


class Desk:
    """One signed-in person."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url, self.username = url, username
        self.http = requests.Session()
        answer = self.http.post(
            f"{url}/v1/auth/token", json={"username": username, "password": password}, timeout=TIMEOUT_S
        )
        self.http.headers["Authorization"] = f"Bearer {self._good(answer).json()['access_token']}"
        self.person_id: str = self.get("/v1/me")["person"]["id"]

    def _good(self, answer: requests.Response) -> requests.Response:
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Unexpected(
                f"{self.username}: {answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
            )
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a path."""
        return self._good(self.http.get(self.url + path, params=query, timeout=TIMEOUT_S)).json()

    def download(self, path: str) -> bytes:
        """Return the bytes of a path."""
        return self._good(self.http.get(self.url + path, timeout=TIMEOUT_S)).content

    def take(self, path: str) -> bytes:
        """Return the bytes that a POST answers with: a file that may be fetched once."""
        return self._good(self.http.post(self.url + path, timeout=TIMEOUT_S)).content

    def post(
        self, path: str, body: Any = None, *, show: Callable[[float], None] = lambda _: None, **kwargs: Any
    ) -> Any:
        """Post JSON (or `files=`, `data=`); follows a job to its end, telling `show` its progress 0..1."""
        sent = kwargs or {"json": {} if body is None else body}
        answer = self._good(self.http.post(self.url + path, timeout=TIMEOUT_S, **sent))
        if answer.status_code == HTTPStatus.ACCEPTED:
            return self.follow(answer.headers["Location"], show)
        return answer.json() if answer.content else None

    def change(self, path: str, body: Any, *, method: str = "POST", of: str) -> Any:
        """Change a resource, naming by If-Match the version of `of` that was read just before.

        Photos are still being looked at in the evening, which makes a new version; what moved on is read again.
        """
        for left in reversed(range(TRIES)):
            tag = self._good(self.http.get(self.url + of, timeout=TIMEOUT_S)).headers["ETag"]
            sent = self.http.request(method, self.url + path, json=body, headers={"If-Match": tag}, timeout=TIMEOUT_S)
            if sent.status_code != HTTPStatus.PRECONDITION_FAILED or not left:
                return self._good(sent).json()
        raise Unexpected(f"{self.username}: {path} moves on for ever")

    def refused(self, path: str, body: Any) -> dict[str, Any]:
        """Post what must be refused; return the problem. Raises Unexpected when it is not."""
        answer = self.http.post(self.url + path, json=body, timeout=TIMEOUT_S)
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            raise Unexpected(f"{self.username}: {path} was not refused")
        problem: dict[str, Any] = answer.json()
        return problem

    def follow(self, job_path: str, show: Callable[[float], None]) -> Any:
        """Wait for a job; return its result, or the job when it has none. Raises Unexpected when it failed."""
        while True:
            job = self.get(job_path.removeprefix(self.url))
            show(job["progress"])
            if job["state"] == "done":
                url = job["result_url"]
                return self.get(url) if url and not url.endswith((".zip", ".pdf")) else job
            if job["state"] in {"failed", "cancelled"}:
                raise Unexpected(f"job {job['kind']} {job['state']}: {job['error']}")
            time.sleep(POLL_S)
