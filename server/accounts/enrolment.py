"""Who owes a second factor: a person of a role that the settings name and who has none may only set one up.

`DOORSTEP_SECOND_FACTOR_ROLES`; empty: nobody owes one, it is each person's choice. Source: OWASP ASVS 5.0 6.3.3.
"""

from server import config
from server.accounts import totp
from server.accounts.models import Person
from server.accounts.roles import Role
from server.config import Config, HalfConfigured
from server.errors import NotAllowed


class SecondFactorOwed(NotAllowed):
    """Your role needs a second factor: set it up first."""


def owes(person: Person) -> bool:
    """Tell whether the person has to set a second factor up before anything else."""
    return bool(config.current().second_factor_roles & set(person.role_names)) and not totp.is_on(person.id)


def require_factor(person: Person) -> None:
    """Refuse who has none although his role needs one. Raises SecondFactorOwed."""
    if owes(person):
        raise SecondFactorOwed("POST /v1/me/totp")


def checked(settings: Config) -> Config:
    """Return the settings, if every role they name exists: a slip would let its people in. Raises HalfConfigured."""
    if unknown := settings.second_factor_roles - set(Role):
        raise HalfConfigured(f"DOORSTEP_SECOND_FACTOR_ROLES: no such role as {', '.join(sorted(unknown))}")
    return settings
