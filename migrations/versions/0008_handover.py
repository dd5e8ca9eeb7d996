"""Records are handed over to visits after the push; each row names the acknowledgement that told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("taken_in_at IS NULL")
TOLD_BY = (
    "UPDATE record SET taken_in_at = received_at, ack_id = (SELECT line.ack_id FROM ack_line AS line WHERE "
    "line.device_id = record.device_id AND line.hash = record.hash AND line.status = 'accepted' "
    "ORDER BY line.ack_id LIMIT 1)"
)


def upgrade() -> None:
    for table in ("record", "quarantine", "device_setting"):
        op.add_column(table, sa.Column("ack_id", sa.Uuid(), nullable=True))
    with op.batch_alter_table("quarantine") as table:
        table.add_column(sa.Column("state", sa.String(length=12), nullable=False, server_default="open"))
        table.add_column(sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("dismissed_by_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("dismiss_reason", sa.String(length=200), nullable=False, server_default=""))
        table.create_foreign_key(op.f("fk_quarantine_dismissed_by_id"), "person", ["dismissed_by_id"], ["id"])
        table.create_index(op.f("ix_quarantine_state"), ["state"])
    op.add_column("sync_feed", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text("UPDATE sync_feed SET gone_at = CURRENT_TIMESTAMP WHERE gone"))
    gone = sa.text("gone")
    op.create_index("ix_sync_feed_gone_at", "sync_feed", ["gone_at"], sqlite_where=gone, postgresql_where=gone)
    op.create_table(
        "sync_pruned",
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("coll", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "coll", name=op.f("pk_sync_pruned")),
    )
    op.add_column("record", sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_record_waiting", "record", ["received_at"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.execute(TOLD_BY)
    op.drop_index("ix_ack_line_ack_id", table_name="ack_line")
    op.drop_table("ack_line")


def downgrade() -> None:
    lines = op.create_table(
        "ack_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("ack_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["ack_id"], ["ack.id"], name=op.f("fk_ack_line_ack_id")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_ack_line_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ack_line")),
        sa.UniqueConstraint("device_id", "ref", "hash", "status", name=op.f("uq_ack_line_device_id_ref_hash_status")),
    )
    op.create_index("ix_ack_line_ack_id", "ack_line", ["ack_id"])
    _write_lines(lines)
    op.drop_table("sync_pruned")
    op.drop_index("ix_sync_feed_gone_at", table_name="sync_feed")
    op.drop_column("sync_feed", "gone_at")
    op.drop_index("ix_record_waiting", table_name="record")
    op.drop_column("record", "taken_in_at")
    with op.batch_alter_table("quarantine") as table:
        table.drop_index(op.f("ix_quarantine_state"))
        table.drop_constraint(op.f("fk_quarantine_dismissed_by_id"), type_="foreignkey")
        for name in ("state", "dismissed_at", "dismissed_by_id", "dismiss_reason"):
            table.drop_column(name)
    for table in ("record", "quarantine", "device_setting"):
        op.drop_column(table, "ack_id")


def _write_lines(lines: sa.Table) -> None:
    """Write a line for each record told of; what is set aside is told again once, which harms nobody."""
    record = sa.table("record", *[sa.column(name, sa.Uuid()) for name in ("id", "device_id", "ack_id")],
                      sa.column("hash", sa.String()), sa.column("received_at", sa.DateTime(timezone=True)))  # fmt: skip
    told = op.get_bind().execute(sa.select(record).where(record.c.ack_id.is_not(None))).all()
    rows = [
        {"id": row.id, "created_at": row.received_at, "device_id": row.device_id, "ref": str(row.id), "hash": row.hash,
         "status": "accepted", "ack_id": row.ack_id}
        for row in told
    ]  # fmt: skip
    if rows:
        op.bulk_insert(lines, rows)
