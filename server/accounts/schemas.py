"""What goes in and out of the accounts API."""

from marshmallow import Schema, fields, validate

from server.accounts.roles import Role
from server.body import Strict

NAME = validate.Length(1, 60)
ROLES = fields.List(
    fields.String(validate=validate.OneOf([role.value for role in Role])),
    required=True,
    validate=validate.Length(1, len(Role)),
)


class TokenIn(Strict):
    """User name and password; `otp` is accepted for later."""

    username = fields.String(required=True, validate=NAME)
    password = fields.String(required=True, validate=validate.Length(1, 200))
    otp = fields.String(load_default=None, allow_none=True)


class RefreshIn(Strict):
    """The refresh token, good for one exchange."""

    refresh_token = fields.String(required=True, validate=validate.Length(1, 200))


class TokenOut(Schema):
    """A pair of bearer tokens."""

    access_token = fields.String()
    token_type = fields.String()
    expires_in = fields.Integer()
    refresh_token = fields.String()


class PersonIn(Strict):
    """A new person."""

    username = fields.String(required=True, validate=[NAME, validate.Regexp(r"[a-z0-9][a-z0-9._-]*\Z")])
    name = fields.String(required=True, validate=NAME)
    staff_no = fields.String(required=True, validate=validate.Length(1, 20))
    roles = ROLES
    password = fields.String(required=True, load_only=True, validate=validate.Length(10, 200))
    creditor_ids = fields.List(fields.UUID(), load_default=None, allow_none=True)
    languages = fields.List(fields.String(validate=NAME), load_default=list)
    qualified_until = fields.Date(load_default=None, allow_none=True)


class PersonPatch(Strict):
    """What may change of a person."""

    name = fields.String(validate=NAME)
    roles = fields.List(
        fields.String(validate=validate.OneOf([role.value for role in Role])), validate=validate.Length(1, len(Role))
    )
    creditor_ids = fields.List(fields.UUID(), allow_none=True)
    languages = fields.List(fields.String(validate=NAME))
    qualified_until = fields.Date(allow_none=True)
    is_active = fields.Boolean()
    password = fields.String(validate=validate.Length(10, 200))


class PersonOut(Schema):
    """A person, without any secret."""

    id = fields.UUID()
    username = fields.String()
    name = fields.String()
    staff_no = fields.String()
    roles = fields.List(fields.String(), attribute="role_names")
    creditor_ids = fields.List(fields.String(), allow_none=True)
    languages = fields.List(fields.String())
    qualified_until = fields.Date(allow_none=True)
    is_active = fields.Boolean()
    version = fields.Integer()


class MeOut(Schema):
    """Who is signed in."""

    person = fields.Nested(PersonOut)
    roles = fields.List(fields.String())
    creditors = fields.List(fields.Dict())
    csrf_token = fields.String(allow_none=True)
