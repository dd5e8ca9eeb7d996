"""Every setting in one frozen place: environment name, default and unit. Refuses to start half-configured.

Names begin with DOORSTEP_. `doorstep init` writes `var/doorstep.env` and the keys under `var/keys/`; the environment
outranks the file. A key may also be named by DOORSTEP_<KEY>_FILE (systemd credentials, container secrets).
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from environs import Env
from flask import current_app

from server.bucket import BadBucket, Bucket, read_secret
from server.keys import KEY_NAMES, OLDER_KEYS, SEAL_CHAIN, SEAL_KEY, SEAL_ROOT
from server.vault import Vault


class HalfConfigured(Exception):
    """The settings are not complete enough to start safely."""


FACTOR_ROLES = "manager, admin, compliance, legal"
LAST_BACKUP = "last-backup.json"
"""In the installation's folder: when `doorstep backup` last made a whole copy, and of how many files."""


@dataclass(frozen=True, slots=True)
class Firm:
    """The collection firm (催收机构) as it is printed on papers."""

    name: str = "未设置机构名称（请运行 doorstep init）"
    phone: str = "未设置"
    complaint_phone: str = "未设置"
    address: str = "未设置"


@dataclass(frozen=True, slots=True)
class Geocoder:
    """Which geocoder turns address text into a point; `offline` answers district centroids and asks nobody."""

    kind: str = "offline"
    base_url: str = ""
    api_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Roads:
    """Which service tells road distances; `off` asks nobody, and straight lines times a factor are driven."""

    kind: str = "off"
    base_url: str = ""
    api_key: str = field(default="", repr=False)


class SealKind(StrEnum):
    """Where the key of the electronic seal (电子签章) is."""

    PEM = "pem"  # a file of ours, passphrase in the environment
    PKCS12 = "pkcs12"  # a file of an authority
    PKCS11 = "pkcs11"  # a hardware module
    OFF = "off"  # papers carry no seal


@dataclass(frozen=True, slots=True)
class SealSettings:
    """What papers are sealed with. chain is PEM, the seal's own certificate first; root is what others trust."""

    kind: SealKind
    key_file: Path
    chain_file: Path
    root_file: Path
    passphrase: str = field(default="", repr=False)  # of the key or the PKCS#12 file, or the module's PIN
    module: str = ""
    token: str = ""
    key_label: str = ""
    tsa_url: str = ""
    tsa_root_file: Path = Path()


@dataclass(frozen=True, slots=True)
class Config:
    """One installation's settings. Sizes in bytes, times in seconds unless the name says otherwise."""

    var_dir: Path
    database_url: str
    vault: Vault
    session_key: bytes = field(repr=False)
    ack_key: Ed25519PrivateKey = field(repr=False)
    log_key: Ed25519PrivateKey = field(repr=False)
    firm: Firm
    geocoder: Geocoder
    seal: SealSettings
    public_url: str
    max_body_bytes: int = 32 * 1024 * 1024
    access_token_s: int = 3600
    refresh_token_s: int = 30 * 86_400
    session_s: int = 8 * 3600
    session_idle_s: int = 30 * 60
    argon2_memory_kib: int = 65_536
    argon2_time_cost: int = 3
    passkey_required: bool = False
    second_factor_roles: frozenset[str] = frozenset()
    metrics_token: str = field(default="", repr=False)
    log_witnesses: tuple[str, ...] = ()
    trusted_proxies: int = 0
    redis_url: str = field(default="", repr=False)
    rule_place: str = "cn"
    promise_grace_days: int = 3
    audit_due_on: date | None = None
    backup_keep_days: int = 30
    rule_layers: dict[str, Any] = field(default_factory=dict)
    roads: Roads = field(default_factory=Roads)
    bucket: Bucket | None = None
    owner_url: str = ""
    is_owner: bool = False

    @property
    def media_dir(self) -> Path:
        """Where content-addressed files lie, unless in a bucket."""
        return self.var_dir / "media"

    @property
    def is_sqlite(self) -> bool:
        """Is the embedded database in use?"""
        return self.database_url.startswith("sqlite")

    def as_owner(self) -> "Config":
        """Return the settings of commands that are the database owner's: migrate, restore, rotate keys, dump."""
        return replace(self, database_url=self.owner_url or self.database_url, is_owner=True)


def read_key(env: Env, name: str, var_dir: Path) -> bytes:
    """Return the bytes of one key file. Raises HalfConfigured when it is absent."""
    path = Path(env.str(f"{name.upper()}_KEY_FILE", "") or var_dir / "keys" / f"{name}.key")
    if not path.is_file():
        raise HalfConfigured(f"缺少密钥文件 key file {path} is missing: 请运行 run `doorstep init`")
    return path.read_bytes()


def read_firm(env: Env) -> Firm:
    """Return the firm as it is printed on papers."""
    names = ("name", "phone", "complaint_phone", "address")
    return Firm(**{name: env.str(f"FIRM_{name.upper()}", getattr(Firm(), name)) for name in names})


def read_seal(env: Env, var_dir: Path) -> SealSettings:
    """Return what papers are sealed with. Raises HalfConfigured for an unknown kind or a file that is not there."""
    kind, keys = env.str("SEAL", SealKind.PEM.value), var_dir / "keys"
    if kind not in set(SealKind):
        raise HalfConfigured(f"DOORSTEP_SEAL: expected one of {', '.join(SealKind)}, got {kind!r}")
    seal = SealSettings(
        kind=SealKind(kind),
        key_file=Path(env.str("SEAL_KEY_FILE", "") or keys / SEAL_KEY),
        chain_file=Path(env.str("SEAL_CHAIN_FILE", "") or keys / SEAL_CHAIN),
        root_file=Path(env.str("SEAL_ROOT_FILE", "") or keys / SEAL_ROOT),
        passphrase=env.str("SEAL_PASSPHRASE", ""),
        module=env.str("SEAL_PKCS11_MODULE", ""),
        token=env.str("SEAL_PKCS11_TOKEN", ""),
        key_label=env.str("SEAL_PKCS11_KEY", ""),
        tsa_url=env.str("TSA_URL", ""),
        tsa_root_file=Path(env.str("TSA_ROOT_FILE", "") or keys / "tsa-root.pem"),
    )
    wanted = {
        SealKind.PEM: (seal.key_file, seal.chain_file, seal.root_file),
        SealKind.PKCS12: (seal.key_file, seal.root_file),
        SealKind.PKCS11: (seal.chain_file, seal.root_file, Path(seal.module)),
        SealKind.OFF: (),
    }[seal.kind]
    missing = [str(path) for path in wanted if not path.is_file()]
    if seal.tsa_url and not seal.tsa_root_file.is_file():
        raise HalfConfigured(f"DOORSTEP_TSA_URL needs the authority's root in {seal.tsa_root_file}")
    if missing:
        raise HalfConfigured(
            f"电子签章缺少 the seal needs {', '.join(missing)}: 请运行 run `doorstep init`, or see docs/operations.md"
        )
    return seal


def read_bucket(env: Env) -> Bucket | None:
    """Return the bucket that keeps the files, None when a folder does. Raises HalfConfigured."""
    kind, region, timeout_s = env.str("MEDIA", "local"), env.str("S3_REGION", "us-east-1"), env.int("S3_TIMEOUT_S", 10)
    name, endpoint, key, secret, file = (
        env.str(f"S3_{one}", "") for one in ("BUCKET", "ENDPOINT", "KEY", "SECRET", "SECRET_FILE")
    )
    if kind not in {"local", "s3"}:
        raise HalfConfigured(f"DOORSTEP_MEDIA: expected local or s3, got {kind!r}")
    if kind == "local":
        return None
    try:
        return Bucket(name, endpoint, region, key, read_secret(secret, file), timeout_s)
    except BadBucket as fault:
        raise HalfConfigured(f"DOORSTEP_MEDIA=s3: {fault}") from fault


def key_marks(var_dir: Path) -> dict[str, str]:
    """Return key name → a mark that tells one key from another and gives nothing of it away. Raises HalfConfigured."""
    env = Env(prefix="DOORSTEP_")
    raw = {name: read_key(env, name, var_dir).strip() for name in KEY_NAMES}
    return {name: hashlib.sha256(b"doorstep key mark\x00" + key).hexdigest()[:32] for name, key in raw.items()}


def symmetric_key(raw: bytes, name: str) -> bytes:
    """Return the 32 bytes of a base64 key file. Raises HalfConfigured."""
    key = base64.b64decode(raw.strip())
    if len(key) != 32:  # noqa: PLR2004
        raise HalfConfigured(f"key {name}: expected 32 bytes, got {len(key)}")
    return key


def older_keys(var_dir: Path) -> tuple[bytes, ...]:
    """Return the master keys that a rotation has not done away with yet (`doorstep keys rotate`), oldest first."""
    files = sorted((var_dir / "keys").glob(OLDER_KEYS))
    return tuple(symmetric_key(path.read_bytes(), path.stem) for path in files)


def signing_key(raw: bytes, name: str) -> Ed25519PrivateKey:
    """Return the Ed25519 key of a PEM file. Raises HalfConfigured."""
    key = load_pem_private_key(raw, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise HalfConfigured(f"key {name}: expected Ed25519, got {type(key).__name__}")
    return key


def read_layers(path: Path) -> dict[str, Any]:
    """Return the firm's and the regions' layers over the rule pack, none without a file. Raises HalfConfigured."""
    if not path.is_file():
        return {}
    try:
        layers: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise HalfConfigured(f"{path} is not JSON") from fault
    if not isinstance(layers, dict) or not set(layers) <= {"firm", "regions"}:
        raise HalfConfigured(f"{path}: expected an object with `firm` and `regions`")
    return layers


def load(var_dir: Path | None = None) -> Config:
    """Read the settings from the environment and from `var/doorstep.env`. Raises HalfConfigured."""
    env = Env(prefix="DOORSTEP_")
    folder = Path(var_dir or env.str("VAR", "var")).resolve()
    if (folder / "doorstep.env").is_file():
        env.read_env(str(folder / "doorstep.env"), recurse=False)
    keys = {name: read_key(env, name, folder) for name in KEY_NAMES}
    return Config(
        var_dir=folder,
        database_url=env.str("DATABASE_URL", f"sqlite:///{folder / 'doorstep.db'}"),
        owner_url=env.str("OWNER_URL", ""),
        vault=Vault(symmetric_key(keys["master"], "master"), symmetric_key(keys["index"], "index"), older_keys(folder)),
        session_key=symmetric_key(keys["session"], "session"),
        ack_key=signing_key(keys["ack"], "ack"),
        log_key=signing_key(keys["log"], "log"),
        firm=read_firm(env),
        seal=read_seal(env, folder),
        geocoder=Geocoder(env.str("GEOCODER", "offline"), env.str("GEOCODER_URL", ""), env.str("GEOCODER_KEY", "")),
        roads=Roads(env.str("ROADS", "off"), env.str("ROADS_URL", ""), env.str("ROADS_KEY", "")),
        bucket=read_bucket(env),
        public_url=env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        max_body_bytes=env.int("MAX_BODY_BYTES", 32 * 1024 * 1024),
        access_token_s=env.int("ACCESS_TOKEN_S", 3600),
        refresh_token_s=env.int("REFRESH_TOKEN_S", 30 * 86_400),
        session_s=env.int("SESSION_S", 8 * 3600),
        session_idle_s=env.int("SESSION_IDLE_S", 30 * 60),
        argon2_memory_kib=env.int("ARGON2_MEMORY_KIB", 65_536),
        argon2_time_cost=env.int("ARGON2_TIME_COST", 3),
        passkey_required=env.bool("PASSKEY_REQUIRED", False),
        second_factor_roles=frozenset(re.findall(r"\w+", env.str("SECOND_FACTOR_ROLES", FACTOR_ROLES))),
        metrics_token=env.str("METRICS_TOKEN", ""),
        log_witnesses=tuple(env.str("LOG_WITNESSES", "").split()),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0),
        redis_url=env.str("REDIS_URL", ""),
        rule_place=env.str("RULE_PLACE", "cn"),
        promise_grace_days=env.int("PROMISE_GRACE_DAYS", 3),
        audit_due_on=env.date("AUDIT_DUE_ON", None),
        backup_keep_days=env.int("BACKUP_KEEP_DAYS", 30),
        rule_layers=read_layers(Path(env.str("RULE_LAYERS_FILE", "") or folder / "rules.json")),
    )


def current() -> Config:
    """Return the settings of the running application."""
    settings: Config = current_app.extensions["doorstep"]
    return settings
