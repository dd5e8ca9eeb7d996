"""The tables of the transparency log (透明日志): leaves, tiles, checkpoints, and where each case's chain ends.

Plain tables: a batch writes thousands of rows, and nothing here has a life of its own.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, text

from server.db import Base, UtcDateTime

# ref names what the leaf is about (`record:<id>`, `paper:<serial>`) and is there once: nothing is logged twice.
# idx, number and data are filled when the leaf is appended; tell is the recipient who gets the proof.
log_leaf = Table(
    "log_leaf",
    Base.metadata,
    Column("ref", String(100), primary_key=True),
    Column("tag", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", String(24), nullable=False),
    Column("tell", String(60)),
    Column("idx", BigInteger),
    Column("data", LargeBinary),
    Index(
        "ix_log_leaf_idx", "idx", unique=True,
        sqlite_where=text("idx IS NOT NULL"), postgresql_where=text("idx IS NOT NULL"),
    ),
    Index(
        "ix_log_leaf_waiting", "at", "ref",
        sqlite_where=text("idx IS NULL"), postgresql_where=text("idx IS NULL"),
    ),
    Index("ix_log_leaf_tag", "tag"),
)  # fmt: skip

# The hashes of a tile one after another; only the last of a level is ever partial, and only that one is written again.
log_tile = Table(
    "log_tile",
    Base.metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

# One for each batch: note is the signed text; cosignatures are the lines of witnesses; stamp is an RFC 3161 reply.
log_checkpoint = Table(
    "log_checkpoint",
    Base.metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("start", BigInteger, nullable=False),
    Column("root", String(44), nullable=False),
    Column("note", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("cosignatures", JSON, nullable=False),
    Column("stamp", LargeBinary),
    Index("ix_log_checkpoint_made_at", "made_at"),
)

# The end of the chain of leaves that bear one tag: how many there are, and the last one's leaf hash.
log_chain = Table(
    "log_chain",
    Base.metadata,
    Column("tag", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("head", String(64), nullable=False),
)

# Which checkpoints a recipient is told of, and the one it was told of before.
log_told = Table(
    "log_told",
    Base.metadata,
    Column("recipient", String(60), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
)
