"""The phone's side of the protocol: enrol, ask the head, push what waits, pull what changed, upload files.

Source: docs/records.md; the HTTP contract of the phone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sync import ack, feed, packed
from sync.ack import Status
from sync.envelope import NotAnEnvelope, Record, read_time, write_time
from sync.phone import logbook, media, papers, pulls, pushes
from sync.phone.outbox import NotEnrolled
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Answer, Line, Refused
from sync.signature import Alg, public_key, signing_key

ACKS_SEQ = "Doorstep-Acks-Seq"
KEEP_VERIFIED = timedelta(days=7)
"""How long a verified file's bytes stay on the phone: a server restored from a backup of this age loses none."""
_GONE, TOO_OLD = 410, 426


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one round did: records pushed, conflicts told, documents pulled, files uploaded, things still unsent."""

    pushed: int
    conflicts: int
    pulled: int
    uploaded: int
    unsent: int


class Client:
    """One phone talking to its server. Everything it needs to go on lies in the store."""

    def __init__(self, store: Store, line: Line, senses: Senses) -> None:
        """Take the store, the line to the server, and the phone's clocks and randomness."""
        self.store, self.line, self.senses = store, line, senses
        self._is_behind_in_acks = False
        self._is_packed_read = False
        self._pushed_upto = 0
        self._round_trip_ms: int | None = None

    def enrol(self, code: str, *, label: str, app_version: str, alg: Alg = Alg.ED25519) -> str:
        """Make a key (kept before the call, so that a lost answer loses nothing but the code); return the device id.

        A phone that was enrolled before keeps key, id and all it wrote: a server restored from a backup older than its
        enrolment knows it again. Raises Refused when the code is not good.
        """
        alg, secret = Alg(self.store.get("alg") or alg), self.store.get("secret") or self.senses.random(32).hex()
        self.store.put(secret=secret, alg=alg)
        key = signing_key(alg, bytes.fromhex(secret)).public().jwk()
        told = {"code": code, "alg": alg, "public_key": key, "label": label, "app_version": app_version}
        told |= {"device_id": device} if (device := self.store.get("device")) else {}
        answer = self.line.call(
            "POST", "/v1/devices", headers={"Content-Type": "application/json"}, body=json.dumps(told).encode()
        ).json()
        with self.store.together():
            if self.store.get("epoch") not in {None, answer["epoch"]}:
                self.store.start_again(answer["epoch"])
            self.store.put(
                device=answer["device_id"], token=answer["device_token"], epoch=answer["epoch"],
                ack_key=json.dumps(answer["ack_key"]), log_vkey=answer["log_vkey"],
            )  # fmt: skip
        return str(answer["device_id"])

    def sync(self, *, pull_limit: int = feed.DEFAULT_LIMIT) -> SyncReport:
        """Do one whole round: head, push, pull, files, and the acknowledgements of the files.

        Raises NoNetwork when the line is down (everything done so far stands), Refused for a revoked phone and for an
        app too old to pull; both have handed in what they hold by then.
        """
        try:
            return self._round(pull_limit)
        except Refused as refusal:
            if refusal.problem.get("wipe"):
                self._hand_in(str(refusal.problem.get("epoch", "")))
            if refusal.status == TOO_OLD:
                self._hand_in_what_waits()
            if refusal.status != _GONE:
                raise
            with self.store.together():
                self.store.start_again(str(refusal.problem.get("epoch", "")))
            return self._round(pull_limit)

    def head(self) -> Mapping[str, Any]:
        """Ask where the server stands; tell it the phone's time and plans. Records it lacks wait again."""
        headers = {
            "Doorstep-Time": write_time(self.senses.now()),
            "Doorstep-Unsent": str(self.store.unsent()),
            "Doorstep-Acked": str(self.store.acked_seq()),
            "Doorstep-Epoch": self.store.get("epoch") or "",
            "Doorstep-Plan": ",".join(f"{name}@{version}" for name, version in sorted(self.store.plans().items())),
        }
        if self._round_trip_ms is not None:
            headers["Doorstep-Rtt-Ms"] = str(self._round_trip_ms)
        began_ms = self.senses.mono_ms()
        answer = self._call("GET", "/v1/sync/head", headers=headers).json()
        self._round_trip_ms = max(0, self.senses.mono_ms() - began_ms)
        self._is_packed_read = packed.VERSIONS[-1] in answer.get("packed", [])
        self._drop_old_files(answer.get("server_time"))
        resend_from = answer["device"].get("resend_from")
        if resend_from is not None:
            self.store.send_again_from(int(resend_from))
        return dict(answer)

    def push(self, *, after: int = 0) -> tuple[int, int]:
        """Push every waiting record with a seq above after; return how many were sent and how many conflicts were told.

        A batch that is not acknowledged is not sent again in this call, and never blocks the next batch.
        """
        sent = conflicts = 0
        while batch := pushes.batch(self.store, after):
            answer = self._push_batch(batch)
            told = answer.json()
            self._take_acks(pushes.acks_of(told, batch))
            self._move_past_acks(answer)
            sent, conflicts, after = sent + len(batch), conflicts + len(told["conflicts"]), batch[-1].seq
            self._pushed_upto = max(self._pushed_upto, after)
        return sent, conflicts

    def _push_batch(self, batch: Sequence[Record]) -> Answer:
        """Push one batch packed, or plain when it cannot be packed or the server did not say that it reads this."""
        headers = {"Prefer": "return=acks", ACKS_SEQ: str(self.store.checkpoint("acks").seq)}
        try:
            answer = pushes.push_packed(self._call, batch, headers=headers) if self._is_packed_read else None
        except Refused as refusal:
            if refusal.status not in pushes.NOT_UNDERSTOOD:
                raise
            self._is_packed_read, answer = False, None
        return pushes.push_plain(self._call, batch, headers=headers) if answer is None else answer

    def pull(self, coll: str, *, limit: int = feed.DEFAULT_LIMIT) -> int:
        """Pull a collection to its end; return how many documents came. Each page stands when it was taken."""
        return pulls.pull(self.store, self._call, coll, limit=limit, heed=self._heed)

    def upload(self) -> int:
        """Upload every waiting file; return how many are whole on the server now. New records go before each chunk."""
        return media.upload_all(self.store, self._call, records_first=self._push_new)

    def sync_records(self, *, pull_limit: int = feed.DEFAULT_LIMIT) -> SyncReport:
        """Do the records' half: head, acks that were missed (so that nothing is sent again), push, what is new.

        Raises as sync() does, and Refused for a new epoch.
        """
        head = self.head()
        news, pulled = self._news(head), 0
        if self._may_have_missed_acks(head, news):
            pulled, news = self.pull("acks", limit=pull_limit), [coll for coll in news if coll != "acks"]
        self._is_behind_in_acks = False
        pushed, conflicts = self.push()
        pulled += self._pull_news(news, head, limit=pull_limit)
        if "acks" in news:
            self._is_behind_in_acks = False
        return SyncReport(pushed, conflicts, pulled, 0, self.store.unsent())

    def sync_files(self, *, pull_limit: int = feed.DEFAULT_LIMIT) -> SyncReport:
        """Do the files' half of a round: uploads, what is told of them, papers. Raises NoNetwork or Refused."""
        uploaded = self.upload()
        is_told = uploaded or self._is_behind_in_acks
        pulled = self.pull("acks", limit=pull_limit) if is_told else 0
        papers.fetch_all(self.store, self._call)
        return SyncReport(0, 0, pulled, uploaded, self.store.unsent())

    def _round(self, pull_limit: int) -> SyncReport:
        first, then = self.sync_records(pull_limit=pull_limit), self.sync_files(pull_limit=pull_limit)
        return SyncReport(first.pushed, first.conflicts, first.pulled + then.pulled, then.uploaded, then.unsent)

    def _push_new(self) -> None:
        """Push what was written since; what this server does not acknowledge is not pushed before every chunk."""
        newest = self.store.waiting(limit=1, after=self._pushed_upto)
        if newest:
            self.push(after=self._pushed_upto)

    def _news(self, head: Mapping[str, Any]) -> list[str]:
        """Return the collections that stand elsewhere on the server than last time, further back in a restored one."""
        heads, seen = head.get("heads"), self.store.heads_seen()
        if not isinstance(heads, Mapping):
            return list(feed.PULLED)
        return [coll for coll in feed.PULLED if heads.get(coll, 0) != seen.get(coll, 0)]

    def _pull_news(self, news: Sequence[str], head: Mapping[str, Any], *, limit: int) -> int:
        """Pull the collections that have news, each by itself or all in one sweep; return how many documents came."""
        heads = head.get("heads")
        if not isinstance(heads, Mapping):
            return sum(self.pull(coll, limit=limit) for coll in news)
        if len(news) < pulls.SWEEP_FROM:
            came = sum(self.pull(coll, limit=limit) for coll in news)
        else:
            came = pulls.sweep(self.store, self._call, news, limit=limit, heed=self._heed)
        with self.store.together():
            for coll in news:
                self.store.saw(coll, int(heads.get(coll, 0)))
        return came

    def _heed(self, coll: str, documents: Sequence[Mapping[str, Any]]) -> None:
        if coll == "acks":
            self._take_acks(documents)
        elif coll == logbook.COLLECTION:
            logbook.take(self.store, documents)

    def _may_have_missed_acks(self, head: Mapping[str, Any], news: Sequence[str]) -> bool:
        """Tell whether the answer to an earlier push may wait; never when the server asks for records again."""
        is_asked_again = head["device"].get("resend_from") is not None
        return "acks" in news and self.store.checkpoint("acks").seq > 0 and not is_asked_again

    def _move_past_acks(self, answer: Answer) -> None:
        """Stand behind the acks of a push answer when the server says that no others wait; else pull them later."""
        told = answer.headers.get(ACKS_SEQ.lower(), "")
        self._is_behind_in_acks = self._is_behind_in_acks or not told.isdecimal()
        if told.isdecimal():
            at = feed.Checkpoint(int(told), self.store.get("epoch") or "")
            with self.store.together():
                self.store.take_page("acks", feed.Page((), at))
                self.store.saw("acks", at.seq)

    def _hand_in(self, epoch: str) -> None:
        """Hand in what this revoked phone holds, then delete the customers' data it pulled.

        In a new epoch that is everything: a restored server may have forgotten what it acknowledged.
        """
        if epoch not in ("", self.store.get("epoch")):
            with self.store.together():
                self.store.start_again(epoch)
        try:
            self._hand_in_what_waits()
        finally:
            with self.store.together():
                self.store.forget_documents()

    def _hand_in_what_waits(self) -> None:
        self.push()
        self.upload()

    def _drop_old_files(self, server_time: object) -> None:
        """Drop bytes verified some days ago; only the server's clock counts, as the phone's may be years off."""
        try:
            now = read_time(server_time)
        except NotAnEnvelope:
            return
        self.store.drop_verified(before=write_time(now - KEEP_VERIFIED))

    def _take_acks(self, documents: Iterable[object]) -> None:
        """Believe only what the server signed for this device; anything else is left aside and nothing is deleted."""
        key = public_key(json.loads(self.store.get("ack_key") or "{}"), alg=Alg.ED25519)
        for document in documents:
            try:
                told = ack.verify(document, key=key, device=self.store.get("device") or "")
            except ack.NotAnAck:
                continue
            with self.store.together():
                for entry in told.entries:
                    self._settle(entry, told_at=told.received_at)

    def _settle(self, entry: ack.Entry, *, told_at: str) -> None:
        match entry.status:
            case Status.FILE_VERIFIED:
                self.store.settle_media(entry.ref, state="verified", digest=entry.hash, told_at=told_at)
            case Status.QUARANTINED:
                self.store.settle(entry.ref, digest=entry.hash, state="quarantined", reason=entry.reason_code)
            case _:
                self.store.settle(entry.ref, digest=entry.hash, state="accepted")

    def _call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        expected: tuple[int, ...] = (),
        tries: int | None = None,
    ) -> Answer:
        token = self.store.get("token")
        if token is None:
            raise NotEnrolled
        marked = {"Authorization": f"Bearer {token}", **(headers or {})}
        return self.line.call(method, path, headers=marked, body=body, expected=expected, tries=tries)
