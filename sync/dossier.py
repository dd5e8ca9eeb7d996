"""The evidence dossier (法务移送卷宗): what lies where in it, and how it is packed so that strangers can check it.

    records/<id>.json       the exact bytes the phone signed; their SHA-256 is the record's hash
    signatures/<id>.sig     the signature of that hash (Ed25519: 64 bytes; ES256: DER, as openssl reads it)
    files/<id>.<ext>        photos and recordings, original bytes
    papers/<name>.pdf       receipts, statements, letters
    log/checkpoint, log/log.vkey, log/<id or serial>.leaf, log/<id or serial>.tlog-proof
    log/stamp-<size>.{checkpoint,tsr,consistency}   a checkpoint an authority stamped; how log/checkpoint grew from it
    case.key                shows which leaves of the public log are about this case
    device-keys.json, device-keys/<device>.pem
    <name>                  further files without a folder, such as decision.json; system.json tells how the system ran
    index.json              the list of records, files, papers and further files; nothing else lies in a dossier

Pure but for the files it reads.

Source: RFC 8493 (BagIt); docs/records.md.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from sync import bag
from sync.bag import Content
from sync.canonical import canonical
from sync.envelope import Record
from sync.signature import Alg, PublicKey, der_of, unb64url

VERSION = 1
INDEX, KEYS, CASE_KEY, TSA_ROOT = "index.json", "device-keys.json", "case.key", "tsa-root.pem"
CHECKPOINT, VKEY = "log/checkpoint", "log/log.vkey"
README_PATH = "README.txt"
_EXT = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "audio/mp4": "m4a", "video/mp4": "mp4"}

README = """\
DOSSIER / 法务移送卷宗
======================
Everything here can be checked without our software. Run the commands inside this folder.
以下命令均不依赖本系统软件,在本目录内执行即可核验。

1. Nothing was changed since packing / 打包后未被改动:
     sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt
     bagit.py --validate .
2. A record is the one the phone signed / 记录与手机签名一致 (id, device: see data/index.json):
     openssl dgst -sha256 -binary data/records/ID.json > h.bin
     KEY=data/device-keys/DEVICE.pem; SIG=data/signatures/ID.sig
     Ed25519:  openssl pkeyutl -verify -pubin -inkey $KEY -rawin -in h.bin -sigfile $SIG
     ES256:    openssl dgst -sha256 -verify $KEY -signature $SIG h.bin
3. Records of a device stand in order / 同一设备记录首尾相接:
     "prev" in each record is the SHA-256 of the record with "seq" one less.
4. A photo is the one in the signed list / 照片与签名清单一致:
     sha256sum data/files/*      compare with "manifest" inside the records
5. The records stand in the log / 记录已入日志:
     data/log/*.tlog-proof prove data/log/*.leaf under data/log/checkpoint (C2SP tlog-proof; RFC 6962). "h" in a leaf is
     the SHA-256 of the record or paper. The checkpoint's signature:
       head -n 3 data/log/checkpoint > body
       sed -n 's/^— [^ ]* //p' data/log/checkpoint | head -n 1 | base64 -d | tail -c +5 > sig
       (printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'
        cut -d+ -f3- data/log/log.vkey | base64 -d | tail -c +2) > key.der
       openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in body -sigfile sig
     Leaves of this case bear the tag "c" (first 32 digits below) and count 1, 2, 3 ... in "n"; "p" is the leaf hash of
     the one before. Look for more of them in the public log (ours: doorstep verify FILE.zip --log ADDRESS).
     / 本案叶子逐一编号,可在公开日志中核对有无遗漏:
       printf doorstep.case-tag/1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(cat data/case.key)
     An authority's time (when data/log/stamp-N.tsr is here): the first N leaves existed then, and
     data/log/stamp-N.consistency proves that data/log/checkpoint grew from stamp-N.checkpoint (RFC 6962)
     / 第三方时间戳:
       openssl ts -verify -data data/log/stamp-N.checkpoint -in data/log/stamp-N.tsr -CAfile data/tsa-root.pem
       openssl ts -reply -in data/log/stamp-N.tsr -text
6. A paper is as it was sealed / 文书自签章后未被改动 (when data/seal-root.pem is here):
     pdfsig data/papers/NAME.pdf      must say "Signature is Valid" and also "Total document signed"
     pyhanko sign validate --trust-replace --trust data/seal-root.pem --pretty-print data/papers/NAME.pdf
7. Decision, timeline and the like are those the sealed index paper tells / 随卷文件与签章目录所载一致:
     sha256sum data/*.json data/*.pem      compare with 随卷文件 in data/papers/00-*.pdf
8. With our software / 使用本系统: doorstep verify FILE.zip

Compare data/device-keys.json, data/log/log.vkey, data/seal-root.pem and data/tsa-root.pem with copies that did not come
with this file: whoever packed it could have made other keys.
/ 请将设备公钥、日志公钥、签章及时间戳根证书同卷宗之外取得的副本比对。
"""


@dataclass(frozen=True, slots=True)
class LoggedRecord:
    """A record with when it reached the server, and its place in the log when it has one."""

    record: Record
    received_at: str = ""
    leaf: bytes | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class BoundFile:
    """A file a record's manifest binds, by its manifest id."""

    id: str
    record_id: str
    mime: str
    content: Content


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the case: a file name (letters, digits, hyphens), its kind, its serial, its bytes."""

    name: str
    kind: str
    serial: str
    content: Content


@dataclass(frozen=True, slots=True)
class StampedCheckpoint:
    """A checkpoint an authority stamped: size, signed text, the reply, and how the dossier's own grew from it."""

    size: int
    note: str
    reply: bytes
    consistency: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that goes into a dossier.

    about: what the index says of the case; log: (checkpoint note, verifier key); leaves: name → (leaf, proof) of what
    is no record, such as papers by their serial; extra: further files by a name that is_extra_name() accepts.
    """

    about: Mapping[str, Any]
    records: Sequence[LoggedRecord]
    keys: Mapping[str, PublicKey]
    files: Sequence[BoundFile] = ()
    papers: Sequence[Paper] = ()
    log: tuple[str, str] | None = None
    stamps: Sequence[StampedCheckpoint] = ()
    case_key: bytes = b""
    leaves: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    extra: Mapping[str, Content] = field(default_factory=dict)


def contents(dossier: Dossier) -> dict[str, Content]:
    """Return path → content of everything under data/.

    Raises ValueError for a further file out of its place, and for a record whose signature is not base64url.
    """
    if misplaced := [name for name in dossier.extra if not is_extra_name(name)]:
        raise ValueError(f"no name for a further file: {misplaced[0]}")
    files: dict[str, Content] = dict(dossier.extra)
    for logged in dossier.records:
        files |= _record_files(logged)
    for device, key in dossier.keys.items():
        files[key_path(device)] = key.pem()
    files |= {_file_path(file): file.content for file in dossier.files}
    files |= {_paper_path(paper): paper.content for paper in dossier.papers}
    if dossier.log is not None:
        files |= {CHECKPOINT: dossier.log[0].encode(), VKEY: dossier.log[1].encode() + b"\n"}
    for stamped in dossier.stamps:
        grown = "".join(base64.b64encode(one).decode() + "\n" for one in stamped.consistency)
        files |= dict(
            zip(stamp_paths(stamped.size), (stamped.note.encode(), stamped.reply, grown.encode()), strict=True)
        )
    for name, (data, proof) in dossier.leaves.items():
        leaf_path, proof_path = log_paths(name)
        files |= {leaf_path: data, proof_path: proof.encode()}
    if dossier.case_key:
        files[CASE_KEY] = dossier.case_key.hex().encode() + b"\n"
    files[KEYS] = canonical({device: {"alg": key.alg, "jwk": key.jwk()} for device, key in dossier.keys.items()})
    files[INDEX] = canonical(_index(dossier))
    return files


def pack(files: Mapping[str, Content], *, into: IO[bytes], name: str, info: Mapping[str, str]) -> None:
    """Write files (path under data/ → content) as the dossier `name`; the same input gives the same bytes.

    info goes to bag-info.txt, such as Source-Organization and Bagging-Date. Raises ValueError for an unsafe path.
    """
    bag.write(files, into=into, name=name, info=info, tags={README_PATH: README.encode()})


def is_extra_name(name: str) -> bool:
    """Tell whether a further file may bear this name: no folder, and none of the files with a meaning of their own."""
    return bool(name) and "/" not in name and name not in {INDEX, KEYS, CASE_KEY}


def signature_path(record_id: str) -> str:
    """Return where the copy of a record's signature lies, for checking by hand."""
    return f"signatures/{record_id}.sig"


def signature_file(sig: str, *, alg: str) -> bytes:
    """Return a signature (base64url) as openssl reads it. Raises ValueError when it is not base64url."""
    raw = unb64url(sig)
    return der_of(raw) if alg == Alg.ES256 else raw


def key_path(device: str) -> str:
    """Return where the copy of a phone's key lies, for checking by hand."""
    return f"device-keys/{device}.pem"


def log_paths(name: str) -> tuple[str, str]:
    """Return where the leaf of a record (its id) or paper (its serial) and its proof of inclusion lie."""
    return f"log/{name}.leaf", f"log/{name}.tlog-proof"


def attached_name(serial: str, name: str) -> str:
    """Return the name of the leaf of a further file that goes with the index paper of that serial."""
    return f"attached-{serial}-{name}"


def stamp_paths(size: int) -> tuple[str, str, str]:
    """Return where a stamped checkpoint, the authority's reply and the consistency proof to the dossier's own lie."""
    return f"log/stamp-{size}.checkpoint", f"log/stamp-{size}.tsr", f"log/stamp-{size}.consistency"


def stamp_sizes(index: Mapping[str, Any]) -> list[int]:
    """Return the sizes of the stamped checkpoints, as the index tells them."""
    told = index.get("stamps")
    return [one for one in told if type(one) is int and one > 0] if isinstance(told, list) else []


def leaf_names(index: Mapping[str, Any]) -> list[str]:
    """Return the names of the leaves that are about no record, as the index tells them."""
    told = index.get("leaves")
    return [one for one in told if isinstance(one, str) and "/" not in one] if isinstance(told, list) else []


def _index(dossier: Dossier) -> dict[str, Any]:
    return {
        "v": VERSION,
        "about": dict(dossier.about),
        "records": [
            {
                "id": r.id, "path": f"records/{r.id}.json", "hash": r.hash, "sig": r.sig, "alg": r.alg,
                "device": r.device, "seq": r.seq, "prev": r.prev, "type": r.type, "received_at": logged.received_at,
                "in_log": logged.proof is not None,
            }
            for logged in dossier.records for r in (logged.record,)
        ],
        "files": [
            {"id": f.id, "path": _file_path(f), "record": f.record_id, "mime": f.mime} for f in dossier.files
        ],
        "papers": [{"path": _paper_path(p), "kind": p.kind, "serial": p.serial} for p in dossier.papers],
        "extra": [{"path": name} for name in sorted(dossier.extra)],
        "log": dossier.log is not None,
        "leaves": sorted(dossier.leaves),
        "stamps": [one.size for one in dossier.stamps],
        "case_key": bool(dossier.case_key),
    }  # fmt: skip


def _record_files(logged: LoggedRecord) -> dict[str, Content]:
    record = logged.record
    files: dict[str, Content] = {
        f"records/{record.id}.json": record.env.encode(),
        signature_path(record.id): signature_file(record.sig, alg=record.alg),
    }
    if logged.leaf is not None and logged.proof is not None:
        leaf_path, proof_path = log_paths(record.id)
        files |= {leaf_path: logged.leaf, proof_path: logged.proof.encode()}
    return files


def _file_path(file: BoundFile) -> str:
    return f"files/{file.id}.{_EXT.get(file.mime, 'bin')}"


def _paper_path(paper: Paper) -> str:
    return f"papers/{paper.name}.pdf"
