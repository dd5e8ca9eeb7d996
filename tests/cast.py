"""Who calls the application under test.

Lin 催收专员 screens, Zhou 外访部主管 supervises, Sun is a second supervisor, Guo 总经理 decides,
Fang and Luo 外访员 visit, Hu 法务 advises, Ma 合规, Tan 审计 reads, An is the admin, and Wei 催收专员 works for the
other creditor only.
"""

from dataclasses import dataclass

from argon2 import PasswordHasher

from server import clock
from server.accounts.models import Creditor, Person
from server.db import db

PASSWORD = "correct-horse-battery"
CHEAP = PasswordHasher(memory_cost=64, time_cost=1, parallelism=1)  # the cast signs in some thousand times
CAST = {
    "lin": ("林筛", ["specialist"]),
    "zhou": ("周主管", ["supervisor"]),
    "sun": ("孙主管", ["supervisor"]),
    "guo": ("郭总", ["manager"]),
    "fang": ("方外访", ["agent"]),
    "luo": ("罗外访", ["agent"]),
    "hu": ("胡法务", ["legal"]),
    "ma": ("马合规", ["compliance"]),
    "tan": ("谭审计", ["auditor"]),
    "an": ("安管理", ["admin"]),
    "wei": ("魏外人", ["specialist"]),
}


def add_cast():
    password_hash = CHEAP.hash(PASSWORD)
    bank = Creditor(
        id=clock.new_id(),
        name="某商业银行信用卡中心",
        commission_no="WT-2026-001",
        contact="400-000-0001",
        payee_account="某商业银行 6200 0000 0000 0000",
    )
    supplier = Creditor(
        id=clock.new_id(),
        name="某建材供应链公司",
        commission_no="WT-2026-002",
        contact="400-000-0002",
        payee_account="某行 001",
    )
    db.session.add_all([bank, supplier])
    for number, (username, (name, roles)) in enumerate(CAST.items(), start=1):
        db.session.add(
            Person(
                id=clock.new_id(),
                username=username,
                name=name,
                staff_no=f"WF-{number:04d}",
                role_names=roles,
                creditor_ids=[str(supplier.id)] if username == "wei" else None,
                qualified_until=clock.today().replace(year=clock.today().year + 1) if roles == ["agent"] else None,
                password_hash=password_hash,
            )
        )
    db.session.commit()


@dataclass
class Caller:
    """A person of the cast at the API: `as_guo.post("/v1/…", json=…)`."""

    client: object
    token: str
    person_id: str

    def _call(self, method, path, headers=None, **kwargs):
        merged = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        return getattr(self.client, method)(path, headers=merged, **kwargs)

    def get(self, path, **kwargs):
        return self._call("get", path, **kwargs)

    def head(self, path, **kwargs):
        return self._call("head", path, **kwargs)

    def post(self, path, **kwargs):
        return self._call("post", path, **kwargs)

    def put(self, path, **kwargs):
        return self._call("put", path, **kwargs)

    def patch(self, path, **kwargs):
        return self._call("patch", path, **kwargs)

    def delete(self, path, **kwargs):
        return self._call("delete", path, **kwargs)


def signed_in(app, username):
    """Sign a member of the cast in and return the caller."""
    client = app.test_client()
    answer = client.post("/v1/auth/token", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    token = answer.json["access_token"]
    me = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    return Caller(client, token, me.json["person"]["id"])
