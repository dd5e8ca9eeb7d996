"""Where records are made: chained, signed and kept in one step, so that a killed phone never holds half of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sync import chain, envelope
from sync.canonical import sha256_hex
from sync.envelope import FileRef, Record, RecordType
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.signature import Alg, SigningKey, signing_key


class NotEnrolled(Exception):
    """The phone has no key and device id yet."""


class Outbox:
    """Makes the records of one enrolled phone."""

    def __init__(self, store: Store, senses: Senses) -> None:
        """Take the store of an enrolled phone. Raises NotEnrolled."""
        device, alg, secret = (store.get(name) for name in ("device", "alg", "secret"))
        if device is None or alg is None or secret is None:
            raise NotEnrolled
        self.store, self.senses, self.device = store, senses, device
        self.key: SigningKey = signing_key(Alg(alg), bytes.fromhex(secret))

    def write(
        self,
        record_type: RecordType,
        body: Mapping[str, Any],
        *,
        files: Sequence[tuple[FileRef, bytes]] = (),
        gps_time: datetime | None = None,
    ) -> Record:
        """Make, sign and keep one record, and the files its manifest binds.

        Raises NotCanonisable or NotAnEnvelope for a body that could not travel; nothing is kept then.
        """
        with self.store.together():
            head = self.store.head() or chain.start(self.device)
            env = envelope.build(
                clean(body),
                record_type=record_type,
                record_id=self.senses.new_id(),
                link_to=(head.seq + 1, head.hash),
                device=self.device,
                stamp=self.senses.stamp(gps_time),
                manifest=[ref for ref, _ in files],
            )
            record = envelope.seal(env, key=self.key)
            self.store.add_record(record)
            for ref, content in files:
                self.store.add_media(ref, content)
        return record

    def file(self, content: bytes, *, mime: str) -> tuple[FileRef, bytes]:
        """Return a file with a fresh id and its hash, ready for write()."""
        return FileRef(self.senses.new_id(), sha256_hex(content), len(content), mime), content


def clean(value: Any) -> Any:
    """Return the value with typed text freed of what may not travel: control characters, halves of surrogate pairs."""
    match value:
        case str():
            text = value.replace("\r\n", "\n").replace("\r", "\n")
            return "".join(c for c in text if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff"))
        case Mapping():
            return {clean(name): clean(part) for name, part in value.items()}
        case list() | tuple():
            return [clean(part) for part in value]
        case _:
            return value
