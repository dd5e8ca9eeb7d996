"""What a person owes before anything else is open: a password of his own, then a second factor where his role needs it.

A first password (初始密码) was handed over by an administrator, who knows it: with it one may only choose another.
Roles that need a second factor are named by `DOORSTEP_SECOND_FACTOR_ROLES`; empty: it is each person's choice.
Source: OWASP ASVS 5.0 6.3.3, 6.4.1.
"""

from datetime import datetime

from server import config
from server.accounts import totp
from server.accounts.models import Person
from server.accounts.roles import Role
from server.config import Config, HalfConfigured
from server.errors import NotAllowed, NotSignedIn


class FirstPasswordOver(NotSignedIn):
    """The first password is no longer good: ask an administrator for a new one."""


class OwnPasswordOwed(NotAllowed):
    """You signed in with a first password: choose one of your own first."""


class SecondFactorOwed(NotAllowed):
    """Your role needs a second factor: set it up first."""


def owes_password(person: Person) -> bool:
    """Tell whether the person's password is one that an administrator handed over."""
    return person.password_until is not None


def require_in_time(person: Person, *, at: datetime) -> None:
    """Refuse a first password whose time is over. Raises FirstPasswordOver."""
    if person.password_until is not None and person.password_until <= at:
        raise FirstPasswordOver("it was good for three days")


def owes_factor(person: Person) -> bool:
    """Tell whether the person has to set a second factor up before anything else."""
    return bool(config.current().second_factor_roles & set(person.role_names)) and not totp.is_on(person.id)


def require_nothing_owed(person: Person) -> None:
    """Refuse who owes something. Raises OwnPasswordOwed or SecondFactorOwed."""
    if owes_password(person):
        raise OwnPasswordOwed("POST /v1/me/password")
    if owes_factor(person):
        raise SecondFactorOwed("POST /v1/me/totp")


def checked(settings: Config) -> Config:
    """Return the settings, if every role they name exists: a slip would let its people in. Raises HalfConfigured."""
    if unknown := settings.second_factor_roles - set(Role):
        raise HalfConfigured(f"DOORSTEP_SECOND_FACTOR_ROLES: no such role as {', '.join(sorted(unknown))}")
    return settings
