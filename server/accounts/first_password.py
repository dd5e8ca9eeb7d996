"""First passwords (初始密码): made here, shown once to the administrator who hands them over, good for three days.

They open the account only to choose a password of one's own (`owed`). Source: OWASP ASVS 5.0 6.4.1, 6.4.6.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from server import audit
from server.accounts import auth
from server.accounts.models import Person, Token
from server.db import db

LIFE = timedelta(hours=72)
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another when read out
GROUPS, OF = 4, 4
"""Sixteen of thirty-one signs: 79 bits."""


def give(person: Person, *, by: UUID | None, at: datetime) -> str:
    """Give the person a new first password, good from now for three days, and return it; needs a commit by the caller.

    The password he had and all his sessions are void, a locked account is open; the second factor stays. `by`: who is
    told it, None for the operator at the machine.
    """
    made = "-".join("".join(secrets.choice(SIGNS) for _ in range(OF)) for _ in range(GROUPS))
    person.password_hash, person.password_until = auth.hash_password(made), at + LIFE
    person.failed_logins, person.locked_until = 0, None
    person.version += 1
    db.session.execute(update(Token).where(Token.person_id == person.id).values(revoked_at=at))
    audit.note("person.first_password_given", f"person:{person.id}", actor_id=by)
    return made
