"""What is planted about a person, and the search of the whole database and every file for it."""

import base64
import contextlib
import io
import re
import zipfile
from uuid import UUID

import sqlalchemy as sa

from server import config, media
from server.cases import keyring
from server.cases.models import ImportRun
from server.cli.rotating import SEALED
from server.db import db
from server.vault import SealBroken, place
from tests.receipts.reading import squeezed, text_of

NAME, NUMBER, PHONE = "欧阳独孤", "110101198801010017", "13855557777"
STREET, CONTRACT, REMARK = "独一无二路99号", "HT-UNIQUE-7788", "独有备注"
POINT = "114.123456"
ESCAPED = re.compile(r"\\+u([0-9a-f]{4})")  # JSON in JSON
PLANTED = (NAME, NUMBER, PHONE, STREET, CONTRACT, REMARK, POINT)


def readable():
    """Yield where and what: every value of every table, in plain and unsealed, and every file, opened."""
    db.session.rollback()
    for table in sa.inspect(db.engine).get_table_names():
        for row in db.session.execute(sa.text(f'SELECT * FROM "{table}"')).mappings():  # noqa: S608  # names are ours
            for column, value in row.items():
                if value is not None:
                    yield f"{table}.{column}", str(value)
                    yield from unsealed(table, column, row, str(value))
    for folder in (media.store().root, config.current().var_dir / "uploads"):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield from opened(f"{folder.name}/{path.name[:12]}", path.read_bytes())


def unsealed(table, column, row, value):
    """Yield what a sealed value says, under the vault's own key or a case's."""
    if not value.startswith(("v1|", "v2|")) or column not in SEALED.get(table, {}):
        return
    at = place(table, SEALED[table][column], UUID(str(row["id"])))
    try:
        text = keyring.unseal(value, at=at) if value.startswith("v2|") else config.current().vault.unseal(value, at=at)
    except keyring.KeyDestroyed:
        return
    yield f"{table}.{column} opened", ESCAPED.sub(lambda told: chr(int(told[1], 16)), text)
    with contextlib.suppress(ValueError):
        yield f"{table}.{column} unpacked", base64.b64decode(text, validate=True).decode("utf-8", "replace")


def opened(where, raw):
    """Yield the text of a file: as it is, of a PDF, of an archive's members, of a sealed file."""
    yield where, raw.decode("utf-8", "replace")
    yield f"{where} gb18030", raw.decode("gb18030", "replace")
    if raw.startswith(b"%PDF"):
        yield f"{where} pdf", squeezed(text_of(raw))
    elif raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for name in archive.namelist():
                yield from opened(f"{where}/{name}", archive.read(name))
    elif raw.startswith(b"v1|"):
        for run in db.session.scalars(sa.select(ImportRun)):
            with contextlib.suppress(SealBroken):
                at = place("file", "sha256", run.file_sha256)
                yield from opened(where, base64.b64decode(config.current().vault.unseal(raw.decode(), at=at)))


def found():
    """Return which planted value can be read where."""
    return sorted({(where, one) for where, text in readable() for one in PLANTED if one in text})
