"""Second factors and passkeys of people, wrong passwords by address, and when a session last proved its person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def base() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    ]


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("token") as table:
        table.add_column(sa.Column("challenge", sa.String(100), nullable=True))
        table.add_column(sa.Column("challenged_at", moment, nullable=True))
        table.add_column(sa.Column("proved_at", moment, nullable=True))
        table.add_column(sa.Column("proved_with_id", sa.Uuid(), nullable=True))
    op.create_table(
        "totp_factor",
        *base(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery_hashes", json, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_totp_factor_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp_factor")),
        sa.UniqueConstraint("person_id", name=op.f("uq_totp_factor_person_id")),
    )
    op.create_table(
        "passkey",
        *base(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passkey_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"])
    op.create_table(
        "address_failure",
        *base(),
        sa.Column("address_index", sa.String(32), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("locked_until", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_failure")),
        sa.UniqueConstraint("address_index", name=op.f("uq_address_failure_address_index")),
    )
    op.create_index(op.f("ix_address_failure_since"), "address_failure", ["since"])


def downgrade() -> None:
    op.drop_table("address_failure")
    op.drop_table("passkey")
    op.drop_table("totp_factor")
    with op.batch_alter_table("token") as table:
        for name in ("proved_with_id", "proved_at", "challenged_at", "challenge"):
            table.drop_column(name)
