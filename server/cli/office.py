"""Speak the HTTP API inside this process as a named person: same roles, same rules, same audit rows.

Whoever may read the installation's keys may do this, without a second factor; the audit log names the person given by
`--as`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server import clock, config, jobs
from server.accounts import auth
from server.accounts.models import Person, TokenKind
from server.app import create_app
from server.db import begin_write, db


@dataclass(frozen=True, slots=True)
class Office:
    """A caller at the API of this installation."""

    app: Flask
    client: FlaskClient
    token: str

    def call(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """Call one path; a problem ends the command with exit code 1 and its words on stderr."""
        answer = self.client.open(path, method=method, headers={"Authorization": f"Bearer {self.token}"}, **kwargs)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            problem = answer.get_json(silent=True) or {}
            lines = [f"{problem.get('title', answer.status)} {problem.get('detail', '')}".strip()]
            lines += [f"  {row['pointer']}: {row['detail']}" for row in problem.get("errors", [])]
            raise click.ClickException("\n".join(lines))
        return answer

    def get(self, path: str) -> Any:
        """Return the JSON of one path."""
        return self.call("GET", path).get_json()

    def post(self, path: str, **kwargs: Any) -> Any:
        """Post and return the JSON; long work is run here and now and awaited."""
        answer = self.call("POST", path, **kwargs)
        if answer.status_code == HTTPStatus.ACCEPTED:
            return self.wait(answer.headers["Location"])
        return answer.get_json(silent=True)

    def wait(self, job_path: str, show: Callable[[float, str], None] | None = None) -> Any:
        """Run waiting jobs until this one ends; return its result. Raises ClickException when it failed."""
        while True:
            with self.app.app_context():
                jobs.run_next(clock.now())
            job = self.get(job_path)
            if show:
                show(job["progress"], job["message"])
            if job["state"] == jobs.JobState.DONE:
                return self.get(job["result_url"]) if job["result_url"] else job
            if job["state"] in {jobs.JobState.FAILED, jobs.JobState.CANCELLED}:
                raise click.ClickException(f"job {job['state']}: {job['error']}")
            time.sleep(0.1)


def enter(var_dir: Path, username: str) -> Office:
    """Return the API as a person sees it. Raises ClickException for an unknown or closed account."""
    app = create_app(replace(config.load(var_dir), second_factor_roles=frozenset()))
    with app.app_context():
        begin_write()
        person = db.session.scalar(select(Person).where(Person.username == username, Person.is_active))
        if person is None:
            raise click.ClickException(f"nobody active is called {username!r}: see `doorstep user list`")
        token = auth.issue(person.id, TokenKind.ACCESS, at=clock.now(), family=clock.new_id())
        db.session.commit()
    return Office(app, app.test_client(), token)
