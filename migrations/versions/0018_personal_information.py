"""Legal holds, deletions with certificates, people's requests about their data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def of_case(table: str, *columns: sa.Column, people: tuple[str, ...]) -> None:
    """Make a table of a case with its indexes and the people it names."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f(f"fk_{table}_case_id")),
        sa.ForeignKeyConstraint(["creditor_id"], ["creditor.id"], name=op.f(f"fk_{table}_creditor_id")),
        *(sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}")) for name in people),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_case_id", table, ["case_id"])
    op.create_index(f"ix_{table}_creditor_id", table, ["creditor_id"])


def upgrade() -> None:
    of_case(
        "legal_hold",
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("placed_by_id", sa.Uuid(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        people=("placed_by_id", "lifted_by_id"),
    )
    of_case(
        "deletion",
        sa.Column("ground", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_out_by_id", sa.Uuid(), nullable=True),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate", JSON, nullable=True),
        sa.Column("certificate_sha256", sa.String(64), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("files_removed_at", sa.DateTime(timezone=True), nullable=True),
        people=("asked_by_id", "carried_out_by_id"),
    )
    of_case(
        "data_request",
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("words_sealed", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(12), nullable=False),
        sa.Column("answer_sealed", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        people=("taken_by_id", "answered_by_id"),
    )


def downgrade() -> None:
    for table in ("data_request", "deletion", "legal_hold"):
        op.drop_table(table)
