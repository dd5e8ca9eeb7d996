"""The legal texts of papers as the API shows them."""

from marshmallow import Schema, fields


class TemplateOut(Schema):
    """One text of a kind of paper; the one that ships has no id and number 1."""

    id = fields.UUID(allow_none=True)
    kind = fields.String()
    number = fields.Integer()
    clauses = fields.Dict(keys=fields.String(), values=fields.String())
    law_firm = fields.Dict(allow_none=True, load_default=None)
    has_seal = fields.Boolean()
    digest = fields.String()
    author_id = fields.UUID(allow_none=True)
    approved_by_id = fields.UUID(allow_none=True)
    approved_at = fields.DateTime(allow_none=True)
    withdrawn_at = fields.DateTime(allow_none=True)
    is_in_force = fields.Boolean()


class TemplatesOut(Schema):
    """Every text of every kind of paper."""

    items = fields.List(fields.Nested(TemplateOut))
