"""How the installation is: what an administrator looks at every morning. Nothing of a person, no secret."""

import hashlib
import json
import shutil
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields
from sqlalchemy import func, select

from server import config, paper_seal
from server.accounts.auth import allow
from server.accounts.roles import Role
from server.body import answers
from server.config import LAST_BACKUP, Config
from server.console import health
from server.db import db
from server.jobs import Job

bp = Blueprint("installation", __name__, url_prefix="/v1")


class InstallationOut(Schema):
    """The state of the installation."""

    version = fields.String()
    status = fields.String()
    checks = fields.Dict(keys=fields.String(), values=fields.String())
    database = fields.String(metadata={"description": "sqlite or postgresql"})
    disk = fields.Dict(metadata={"description": "total_bytes and free_bytes of the disk that holds the files"})
    jobs = fields.Dict(metadata={"description": "how many jobs are in each state"})
    keys = fields.List(fields.Dict(), metadata={"description": "public keys: name, fingerprint (SHA-256), valid_until"})
    last_backup = fields.Dict(allow_none=True, metadata={"description": "made_at and files; null when there was none"})


@bp.get("/installation")
@allow(Role.ADMIN, Role.AUDITOR)
@answers(InstallationOut)
def show_installation() -> ResponseReturnValue:
    """Show version, checks, disk, queue, public keys with their end, and the last backup."""
    settings = config.current()
    checks = health.checks()
    disk = shutil.disk_usage(settings.var_dir)
    counted = db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    jobs = {str(state): count for state, count in counted}
    return jsonify(
        InstallationOut().dump(
            {
                "version": version("doorstep"),
                "status": health.status(checks),
                "checks": checks,
                "database": "sqlite" if settings.is_sqlite else "postgresql",
                "disk": {"total_bytes": disk.total, "free_bytes": disk.free},
                "jobs": jobs,
                "keys": public_keys(settings),
                "last_backup": last_backup(settings),
            }
        )
    )


def public_keys(settings: Config) -> list[dict[str, Any]]:
    """Return the public halves of the keys others trust, by fingerprint; a certificate says until when."""
    found: list[dict[str, Any]] = []
    for name, key in (("ack", settings.ack_key), ("log", settings.log_key)):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        found.append({"name": name, "fingerprint": hashlib.sha256(raw).hexdigest(), "valid_until": None})
    pem = paper_seal.current().root_pem()
    if pem is not None:
        root = x509.load_pem_x509_certificate(pem)
        der = root.public_bytes(Encoding.DER)
        until = root.not_valid_after_utc.isoformat()
        found.append({"name": "seal-root", "fingerprint": hashlib.sha256(der).hexdigest(), "valid_until": until})
    return found


def last_backup(settings: Config) -> dict[str, Any] | None:
    """Return when the last backup was made and of how many files, None when there was none or its note is broken."""
    try:
        told = json.loads((settings.var_dir / LAST_BACKUP).read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(told["made_at"]).astimezone(UTC)
        return {"made_at": made_at.isoformat(), "files": int(told["files"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
