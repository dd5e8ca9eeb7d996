"""What the rules said of papers and list lines, exceptions agreed to, and exports that wait for a second person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for table in ("paper", "visit_list_line"):  # nothing was asked of what is there already
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("compliance", JSON, nullable=False, server_default="[]"))
        with op.batch_alter_table(table) as batch:
            batch.alter_column("compliance", server_default=None)
    op.create_table(
        "rule_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.String(12), nullable=False),
        sa.Column("rule_id", sa.String(24), nullable=False),
        sa.Column("pack", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("agreed_by_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_rule_agreement_case_id")),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_rule_agreement_creditor_id")),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["person.id"], name=op.f("fk_rule_agreement_agreed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_agreement")),
    )
    op.create_index("ix_rule_agreement_case_id", "rule_agreement", ["case_id"])
    op.create_index("ix_rule_agreement_creditor_id", "rule_agreement", ["creditor_id"])
    op.create_table(
        "export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("form", sa.String(4), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=True),
        sa.Column("scheme_id", sa.Uuid(), nullable=True),
        sa.Column("case_ids", JSON, nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("compliance", JSON, nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("decision_reason", sa.String(400), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f("fk_export_creditor_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_export_scheme_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_export_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_export_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_creditor_id", "export", ["creditor_id"])


def downgrade() -> None:
    op.drop_table("export")
    op.drop_table("rule_agreement")
    for table in ("visit_list_line", "paper"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("compliance")
