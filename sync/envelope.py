"""The envelope of a record: the exact bytes a phone signed, and the document that carries them. Pure.

Source: docs/records.md, which lists the body of every type.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sync import strict_json
from sync.canonical import canonical, is_sha256, sha256_hex
from sync.chain import Link
from sync.ids import is_uuid
from sync.signature import SigningKey

VERSION = 1
MAX_ENV_BYTES = 256 * 1024
MAX_FILES = 200
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_MEMBERS = frozenset(
    {"v", "device", "seq", "prev", "boot", "mono_ms", "device_time", "tz", "type", "id", "body", "manifest"}
)
_MAX_INT = 2**53 - 1
_MAX_NAME = 40


class RecordType(StrEnum):
    """What a record tells; the bodies are in docs/records.md."""

    CHECK_IN = "check_in"  # 到场
    MET = "met"  # 会见人
    DISCLOSURE = "disclosure"  # 已告知事项
    OUTCOME = "outcome"  # 外访结果
    PROMISE = "promise"  # 还款承诺
    SIGNED_PAPER = "signed_paper"  # 签署文件
    MANIFEST = "manifest"  # 照片清单
    CHECK_OUT = "check_out"  # 离开
    PLAN_EVENT = "plan_event"  # 行程事件
    CONTACT_ATTEMPT = "contact_attempt"  # 联系尝试
    INCIDENT = "incident"  # 安全事件
    CORRECTION = "correction"  # 更正单
    LOCATION = "location"  # 行踪点


class NotAnEnvelope(ValueError):
    """The text is not an envelope this version can read."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file bound by a record: its id, SHA-256 in hexadecimal, length in bytes and media type."""

    id: str
    sha256: str
    bytes: int
    mime: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a phone says it was: boot session, monotonic ms within it, wall clock, offset shown, GPS time."""

    boot: str
    mono_ms: int
    device_time: datetime
    tz: str
    gps_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an env string says; is_canonical tells whether it is written as RFC 8785 says.

    type is text, as a newer phone may know types we do not.
    """

    device: str
    seq: int
    prev: str
    stamp: Stamp
    type: str
    id: str
    body: Mapping[str, Any]
    manifest: tuple[FileRef, ...]
    is_canonical: bool = field(default=True, repr=False, compare=False)

    @property
    def subject(self) -> str:
        """The visit this is about, else the stop, else empty."""
        return next((v for name in ("visit_id", "stop_id") if isinstance(v := self.body.get(name), str) and v), "")


@dataclass(frozen=True, slots=True)
class Record:
    """The document that travels: env is the exact signed string, the rest beside hash, sig and alg are copies."""

    id: str
    env: str
    hash: str
    sig: str
    alg: str
    device: str
    seq: int
    prev: str
    type: str
    subject: str
    device_time: str

    @property
    def link(self) -> Link:
        """The record's place in the chain of its device."""
        return Link(self.seq, self.prev, self.hash)

    def document(self) -> dict[str, Any]:
        """Return the record as the JSON document of the collection `records`."""
        return {name: getattr(self, name) for name in self.__slots__}  # asdict() copies deeply, at ten times the time


def build(
    body: Mapping[str, Any],
    *,
    record_type: str,
    record_id: str,
    link_to: tuple[int, str],
    device: str,
    stamp: Stamp,
    manifest: Sequence[FileRef] = (),
) -> str:
    """Return the canonical env string of a record at the place link_to = (seq, prev).

    Raises NotCanonisable when the body has no canonical form, NotAnEnvelope when the result could not be read back.
    """
    env: dict[str, Any] = {
        "v": VERSION,
        "device": device,
        "seq": link_to[0],
        "prev": link_to[1],
        "boot": stamp.boot,
        "mono_ms": stamp.mono_ms,
        "device_time": write_time(stamp.device_time),
        "tz": stamp.tz,
        "type": record_type,
        "id": record_id,
        "body": dict(body),
        "manifest": [asdict(file) for file in manifest],
    }
    if stamp.gps_time is not None:
        env["gps_time"] = write_time(stamp.gps_time)
    text = canonical(env).decode()
    read(text)
    return text


def seal(env: str, *, key: SigningKey) -> Record:
    """Return the record that carries env, signed with the phone's key. Raises NotAnEnvelope."""
    told = read(env)
    digest = sha256_hex(env.encode())
    return record_of(told, env=env, digest=digest, sig=key.sign(bytes.fromhex(digest)), alg=key.alg)


def record_of(told: Envelope, *, env: str, digest: str, sig: str, alg: str) -> Record:
    """Return the record that carries env, its copies taken from what the envelope told."""
    return Record(
        id=told.id, env=env, hash=digest, sig=sig, alg=alg, device=told.device, seq=told.seq, prev=told.prev,
        type=told.type, subject=told.subject, device_time=write_time(told.stamp.device_time),
    )  # fmt: skip


def read(env: str) -> Envelope:
    """Return what an env string says; members it does not know are allowed. Raises NotAnEnvelope."""
    try:
        told, is_canonical = strict_json.loads_noting(env, max_bytes=MAX_ENV_BYTES)
    except strict_json.NotStrictJson as fault:
        raise NotAnEnvelope(str(fault)) from fault
    if not isinstance(told, dict) or not told.keys() >= _MEMBERS:
        raise NotAnEnvelope("a member of the envelope is missing")
    if told["v"] != VERSION or isinstance(told["v"], bool):
        raise NotAnEnvelope(f"expected version {VERSION}")
    if not isinstance(told["body"], dict):
        raise NotAnEnvelope("body is not an object")
    return Envelope(
        device=_uuid(told, "device"),
        seq=_count(told, "seq", least=1),
        prev=_sha256(told, "prev"),
        stamp=_stamp(told),
        type=_name(told, "type"),
        id=_uuid(told, "id"),
        body=told["body"],
        manifest=_manifest(told["manifest"]),
        is_canonical=is_canonical,
    )


def is_canonical(env: str) -> bool:
    """Tell whether an env string is written as RFC 8785 says. Raises NotAnEnvelope when it is not JSON."""
    try:
        return strict_json.loads_noting(env, max_bytes=MAX_ENV_BYTES)[1]
    except strict_json.NotStrictJson as fault:
        raise NotAnEnvelope(str(fault)) from fault


def write_time(at: datetime) -> str:
    """Return an aware time as UTC with milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_time(text: object) -> datetime:
    """Return the time that write_time() wrote. Raises NotAnEnvelope."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise NotAnEnvelope("expected a time as YYYY-MM-DDTHH:MM:SS.mmmZ")
    try:
        at = datetime.fromisoformat(text)
        at - timedelta(days=1), at + timedelta(days=1)  # a time at the edge of the calendar breaks every later sum
    except (ValueError, OverflowError) as fault:
        raise NotAnEnvelope("no such time") from fault
    return at


def _stamp(told: Mapping[str, Any]) -> Stamp:
    return Stamp(
        boot=_name(told, "boot"),
        mono_ms=_count(told, "mono_ms", least=0),
        device_time=read_time(told["device_time"]),
        tz=_name(told, "tz"),
        gps_time=read_time(told["gps_time"]) if told.get("gps_time") is not None else None,
    )


def _manifest(files: object) -> tuple[FileRef, ...]:
    if not isinstance(files, list) or len(files) > MAX_FILES:
        raise NotAnEnvelope(f"manifest is not a list of at most {MAX_FILES} files")
    refs = tuple(_file_ref(file) for file in files)
    if len({ref.id for ref in refs}) != len(refs):
        raise NotAnEnvelope("manifest names a file twice")
    return refs


def _file_ref(file: object) -> FileRef:
    if not isinstance(file, dict):
        raise NotAnEnvelope("manifest holds something else than files")
    return FileRef(_uuid(file, "id"), _sha256(file, "sha256"), _count(file, "bytes", least=0), _name(file, "mime"))


def _uuid(told: Mapping[str, Any], member: str) -> str:
    value = told.get(member)
    if not isinstance(value, str) or not is_uuid(value):
        raise NotAnEnvelope(f"{member} is not a UUID in lower case")
    return value


def _sha256(told: Mapping[str, Any], member: str) -> str:
    value = told.get(member)
    if not isinstance(value, str) or not is_sha256(value):
        raise NotAnEnvelope(f"{member} is not a SHA-256 in lower-case hexadecimal")
    return value


def _count(told: Mapping[str, Any], member: str, *, least: int) -> int:
    value = told.get(member)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _MAX_INT:
        raise NotAnEnvelope(f"{member} is not an integer from {least}")
    return value


def _name(told: Mapping[str, Any], member: str) -> str:
    value = told.get(member)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME:
        raise NotAnEnvelope(f"{member} is not a text of 1 to {_MAX_NAME} characters")
    return value
