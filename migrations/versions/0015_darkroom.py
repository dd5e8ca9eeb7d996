"""Files remember what the darkroom found; those verified before wait for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("visit_file") as table:
        table.add_column(sa.Column("thumbnail_sha256", sa.String(64), nullable=True))
        table.add_column(sa.Column("likeness", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("facts", json, nullable=False, server_default="{}"))
        table.add_column(sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    where = sa.text("looked_at IS NULL")
    op.create_index(
        "ix_visit_file_undeveloped", "visit_file", ["verified_at"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("ix_visit_file_undeveloped", table_name="visit_file")
    with op.batch_alter_table("visit_file") as table:
        for name in ("looked_at", "facts", "likeness", "thumbnail_sha256"):
            table.drop_column(name)
