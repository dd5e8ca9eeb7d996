"""What goes in and out of the phones' API."""

from marshmallow import Schema, fields, validate

from server.body import PageQuery, Strict
from server.devices.rules import QuarantineState
from sync import schema
from sync.signature import Alg


class CodeIn(Strict):
    """For whom the phone will be enrolled."""

    person_id = fields.UUID(required=True)


class CodeOut(Schema):
    """A one-time code, shown once."""

    code = fields.String()
    link = fields.String(metadata={"description": "the phone's app with the code behind the #"})
    qr_svg = fields.String(metadata={"description": "the link as a QR code: a data URI of an SVG picture"})
    person_id = fields.UUID()
    expires_at = fields.AwareDateTime()


class EnrolIn(Strict):
    """A phone's code, algorithm and public key (JWK).

    device_id is the id it had before, if it had one: a server restored from an older backup may not know it.
    """

    code = fields.String(required=True, validate=validate.Length(1, 40))
    alg = fields.String(required=True, validate=validate.OneOf([alg.value for alg in Alg]))
    public_key = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    label = fields.String(required=True, validate=validate.Length(1, 80))
    app_version = fields.String(load_default="", validate=validate.Length(0, 40))
    device_id = fields.UUID(load_default=None, allow_none=True)


class EnrolOut(Schema):
    """What a phone keeps: its id and token, the epoch, the keys it will believe."""

    device_id = fields.UUID()
    device_token = fields.String()
    epoch = fields.String()
    ack_key = fields.Dict()
    log_vkey = fields.String()
    server_time = fields.String()


class ExportTakenOut(Schema):
    """What an export brought: whose it was, records kept, records set aside, files whole here."""

    device_id = fields.UUID()
    kept = fields.Integer()
    set_aside = fields.Integer()
    files = fields.Integer()


class DeviceOut(Schema):
    """A phone as the office sees it."""

    id = fields.UUID()
    person_id = fields.UUID()
    person_name = fields.String(attribute="person.name")
    label = fields.String()
    alg = fields.String()
    public_key = fields.Dict()
    state = fields.String()
    app_version = fields.String()
    head_seq = fields.Integer()
    head_hash = fields.String()
    clock_offset_ms = fields.Integer(allow_none=True)
    unsent_count = fields.Integer(allow_none=True)
    resend_from = fields.Integer(allow_none=True)
    enrolled_at = fields.AwareDateTime(attribute="created_at")
    last_contact_at = fields.AwareDateTime(allow_none=True)
    revoked_at = fields.AwareDateTime(allow_none=True)


class RevokeIn(Strict):
    """Why a phone is closed."""

    is_lost = fields.Boolean(load_default=False)


class PullIn(Strict):
    """Where the phone stands; all whole numbers."""

    seq = fields.Integer(load_default=0)
    epoch = fields.String(load_default="", validate=validate.Length(0, 40))
    limit = fields.Integer(load_default=100)
    sv = fields.Integer(load_default=schema.NEWEST)


class PullOut(Schema):
    """Documents in feed order and the position after them."""

    documents = fields.List(fields.Dict())
    checkpoint = fields.Dict()


class PullAllOut(Schema):
    """Changes of every collection in feed order and the position after them."""

    changes = fields.List(fields.Dict())
    checkpoint = fields.Dict()


class DigestIn(Strict):
    """In which version the phone holds its documents."""

    sv = fields.Integer(load_default=schema.NEWEST)


class DigestOut(Schema):
    """How many documents a phone should hold, and one hash of them all."""

    count = fields.Integer()
    digest = fields.String()
    seq = fields.Integer()
    epoch = fields.String()


class HeadOut(Schema):
    """Where the server stands for this phone."""

    epoch = fields.String()
    heads = fields.Dict(keys=fields.String(), values=fields.Integer())
    server_time = fields.String()
    device = fields.Dict()
    min_client = fields.String()
    sv = fields.List(fields.Integer())
    packed = fields.List(fields.Integer())


class ResendIn(Strict):
    """From which place of its chain a phone is to send again."""

    from_seq = fields.Integer(strict=True, required=True, validate=validate.Range(1, 2**53 - 1))


class ReplaceIn(Strict):
    """What became of the phone that another replaces."""

    is_lost = fields.Boolean(load_default=False)


class QuarantineQuery(PageQuery):
    """Which rows set aside."""

    device_id = fields.UUID(load_default=None, allow_none=True)
    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    state = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([state.value for state in QuarantineState])
    )


class DismissIn(Strict):
    """Why nothing follows from a row set aside."""

    reason = fields.String(required=True, validate=validate.Length(2, 200))


class QuarantineOut(Schema):
    """A row set aside, without its content."""

    id = fields.UUID()
    device_id = fields.UUID()
    coll = fields.String()
    doc_id = fields.String()
    verdict = fields.String()
    reason = fields.String()
    payload_hash = fields.String()
    received_at = fields.AwareDateTime()
    state = fields.String()
    replayed_at = fields.AwareDateTime(allow_none=True)
    dismissed_at = fields.AwareDateTime(allow_none=True)
    dismissed_by_id = fields.UUID(allow_none=True)
    dismiss_reason = fields.String()


class QuarantineOneOut(QuarantineOut):
    """A row set aside, with its content as it came."""

    document = fields.Raw()
