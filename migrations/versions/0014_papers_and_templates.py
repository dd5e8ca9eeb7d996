"""Where each paper is, the signed original in a photo, and legal texts that are approved."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "paper_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_event_paper_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_paper_event_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_event")),
    )
    op.create_index("ix_paper_event_paper_id", "paper_event", ["paper_id"])
    op.create_table(
        "paper_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("clauses", JSON, nullable=False),
        sa.Column("law_firm", JSON, nullable=True),
        sa.Column("seal_sha256", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_paper_template_author_id")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_paper_template_approved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_paper_template_kind_number")),
    )
    with op.batch_alter_table("visit_file") as table:
        table.add_column(sa.Column("paper_serial", sa.String(40), nullable=False, server_default=""))
        table.create_index("ix_visit_file_paper_serial", ["paper_serial"])


def downgrade() -> None:
    with op.batch_alter_table("visit_file") as table:
        table.drop_index("ix_visit_file_paper_serial")
        table.drop_column("paper_serial")
    op.drop_table("paper_template")
    op.drop_table("paper_event")
