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
    """User name and password; `otp` is the code of the second factor, or a recovery code, of who has one."""

    username = fields.String(required=True, validate=NAME)
    password = fields.String(required=True, validate=validate.Length(1, 200))
    otp = fields.String(load_default=None, allow_none=True, validate=validate.Length(0, 40))


class PasswordIn(Strict):
    """The caller's password, asked again."""

    password = fields.String(required=True, validate=validate.Length(1, 200))


class NewPasswordIn(PasswordIn):
    """The caller's password, and the one it is to be exchanged for."""

    new_password = fields.String(required=True, validate=validate.Length(10, 200))


class OtpIn(Strict):
    """A code of the second factor."""

    otp = fields.String(required=True, validate=validate.Length(6, 40))


class CredentialIn(Strict):
    """A passkey's answer as the browser gives it: `PublicKeyCredential.toJSON()`."""

    credential = fields.Dict(keys=fields.String(), required=True)


class NewPasskeyIn(CredentialIn):
    """A new passkey, with a name its owner knows it by."""

    name = fields.String(required=True, validate=NAME)


class TotpOut(Schema):
    """Whether signing in needs a code."""

    is_on = fields.Boolean()
    since = fields.DateTime(allow_none=True)
    recovery_left = fields.Integer()


class TotpSecretOut(Schema):
    """The secret of a second factor that is not in force yet, shown once."""

    secret = fields.String()
    otpauth_uri = fields.String()
    qr_svg = fields.String(metadata={"description": "the address as a QR code: a data URI of an SVG picture"})


class RecoveryOut(Schema):
    """Recovery codes, shown once; each works once."""

    recovery_codes = fields.List(fields.String())


class PasskeyOut(Schema):
    """A passkey, without its key."""

    id = fields.UUID()
    name = fields.String()
    created_at = fields.DateTime()
    last_used_at = fields.DateTime(allow_none=True)


class SessionOut(Schema):
    """Where somebody is signed in: a browser, or a program with its tokens. `seen_at` is told of browsers."""

    id = fields.UUID()
    kind = fields.String(validate=validate.OneOf(["browser", "program"]))
    device = fields.String(metadata={"description": "browser and system, as they call themselves"})
    since = fields.DateTime()
    seen_at = fields.DateTime(allow_none=True)
    until = fields.DateTime()
    is_this = fields.Boolean()


class ProofOut(Schema):
    """Until when this session may decide."""

    proved_until = fields.DateTime()
    passkey_id = fields.UUID()


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
    can_sign_in = fields.Function(lambda person: bool(person.password_hash), metadata={"type": "boolean"})
    password_until = fields.DateTime(allow_none=True, metadata={"description": "Until when a first password is good."})
    version = fields.Integer()


class FirstPasswordOut(Schema):
    """A first password, shown once, and until when it is good."""

    first_password = fields.String()
    until = fields.DateTime()


class SignedInOut(Schema):
    """The session of a browser; `me` is null while nobody is signed in."""

    me = fields.Nested("MeOut", allow_none=True)


class MeOut(Schema):
    """Who is signed in."""

    person = fields.Nested(PersonOut)
    roles = fields.List(fields.String())
    creditors = fields.List(fields.Dict())
    csrf_token = fields.String(allow_none=True)
    second_factor = fields.Dict(metadata={"description": "has_totp, passkeys (how many), needs_step_up, is_owed"})
    owes_password = fields.Boolean(metadata={"description": "Signed in with a first password: choose another first."})
