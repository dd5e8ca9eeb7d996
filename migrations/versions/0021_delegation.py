"""The general manager's signature lent to somebody for some days, and which decisions were signed under it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("giver_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("most_cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_delegation_{name}"))
            for name in ("giver_id", "holder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_giver_id", "delegation", ["giver_id"])
    op.create_index("ix_delegation_holder_id", "delegation", ["holder_id"])
    with op.batch_alter_table("scheme_decision") as table:
        table.add_column(sa.Column("delegation_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(op.f("fk_scheme_decision_delegation_id"), "delegation", ["delegation_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("scheme_decision") as table:
        table.drop_constraint(op.f("fk_scheme_decision_delegation_id"), type_="foreignkey")
        table.drop_column("delegation_id")
    op.drop_table("delegation")
