"""Legal records what moves a limitation clock outside visits and the payment feed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limitation_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("grade", sa.String(1), nullable=False),
        sa.Column("against", sa.String(12), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_limitation_fact_case_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_limitation_fact_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limitation_fact")),
    )
    op.create_index("ix_limitation_fact_case_id", "limitation_fact", ["case_id"])


def downgrade() -> None:
    op.drop_table("limitation_fact")
