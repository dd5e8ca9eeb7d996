"""The transparency log: leaves, tiles, checkpoints, ends of chains, who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_leaf",
        sa.Column("ref", sa.String(100), nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("tell", sa.String(60), nullable=True),
        sa.Column("idx", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_log_leaf")),
    )
    for name, columns, where, is_unique in (
        ("ix_log_leaf_idx", ["idx"], "idx IS NOT NULL", True),
        ("ix_log_leaf_waiting", ["at", "ref"], "idx IS NULL", False),
    ):
        op.create_index(
            name, "log_leaf", columns, unique=is_unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
    op.create_index("ix_log_leaf_tag", "log_leaf", ["tag"])
    op.create_table(
        "log_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_log_tile")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(44), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cosignatures", sa.JSON(), nullable=False),
        sa.Column("stamp", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )
    op.create_index("ix_log_checkpoint_made_at", "log_checkpoint", ["made_at"])
    op.create_table(
        "log_chain",
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_log_chain")),
    )
    op.create_table(
        "log_told",
        sa.Column("recipient", sa.String(60), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", "size", name=op.f("pk_log_told")),
    )


def downgrade() -> None:
    op.drop_table("log_told")
    op.drop_table("log_chain")
    op.drop_index("ix_log_checkpoint_made_at", table_name="log_checkpoint")
    op.drop_table("log_checkpoint")
    op.drop_table("log_tile")
    for name in ("ix_log_leaf_tag", "ix_log_leaf_waiting", "ix_log_leaf_idx"):
        op.drop_index(name, table_name="log_leaf")
    op.drop_table("log_leaf")
