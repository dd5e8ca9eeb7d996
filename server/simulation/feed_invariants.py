"""Invariants about what phones pull: I3, I4, I5, I10. Pure functions of what was read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

from server.simulation.facts import PhoneFacts, Run
from server.simulation.finding import Finding, found, set_hash
from sync.feed import PULLED

Some = TypeVar("Some")
VISIT_COLLECTIONS = ("stops", "cards")
DOCUMENTS = tuple(coll for coll in PULLED if coll != "acks")
"""Acknowledgements come with the answer to a push or in a pull, and are used up: a phone need not hold them."""


def present(run: Run) -> list[PhoneFacts]:
    """Return the phones that still pull."""
    return [phone for phone in run.phones if not phone.is_lost]


def i3(run: Run) -> Finding:
    """Check that each phone holds every document of its scope at its final state: by feed, by tables, by content."""
    counts: Counter[str] = Counter()
    feed, scopes = _grouped((row.subject, row) for row in run.server.feed), _scopes(run)
    acks = _grouped((device, ack_id) for ack_id, (device, _) in run.wire.acks.items())

    def faults() -> Iterator[str]:
        for phone in present(run):
            own = feed[f"device:{phone.device}"]
            rows, scope = [*feed[f"person:{phone.person}"], *own], set(scopes[phone.person])
            told = set(phone.documents.get("acks", {})) | set(acks[phone.device])
            fed_acks = {row.doc_id for row in own if row.coll == "acks"}
            counts["acknowledgements"] += len(fed_acks)
            yield from (f"{phone.name} was never told acks/{one}" for one in sorted(fed_acks - told))
            for coll in DOCUMENTS:
                held = phone.documents.get(coll, {})
                fed = {row.doc_id for row in rows if row.coll == coll}
                gone = {row.doc_id for row in rows if row.gone}
                counts["documents"] += len(held)
                yield from _differences(phone.name, coll, set(held), fed - gone, "its feed")
                if coll in VISIT_COLLECTIONS:
                    yield from _differences(phone.name, coll, set(held), scope, "the schemes")
                fresh = run.followers.get(phone.device, {}).get(coll, {})
                for doc_id in sorted(held.keys() & fresh.keys()):
                    if held[doc_id] != fresh[doc_id]:
                        yield f"{phone.name} holds {coll}/{doc_id} in an old state"

    told = tuple(faults())
    compared = {"phones": len(present(run)), **counts, "feed rows": len(run.server.feed)}
    zh, en = "跟随游标者见到范围内每份文档的最终状态", "a cursor follower saw every document of its scope, final state"
    return found("I3", zh, en, compared, told)


def _scopes(run: Run) -> dict[str, list[str]]:
    """Return person → the stops that belong on this person's phone."""
    return _grouped((person, stop) for person, stop, _ in run.server.scope)


def _grouped(pairs: Iterable[tuple[str, Some]]) -> dict[str, list[Some]]:
    """Return what belongs to each name; nothing belongs to one that was not named."""
    found: dict[str, list[Some]] = defaultdict(list)
    for name, one in pairs:
        found[name].append(one)
    return found


def _differences(name: str, coll: str, held: set[str], wanted: set[str], by: str) -> Iterator[str]:
    for doc_id in sorted(wanted - held):
        yield f"{name} lacks {coll}/{doc_id} by {by}"
    for doc_id in sorted(held - wanted):
        yield f"{name} holds {coll}/{doc_id} beyond {by}"


def i4(run: Run) -> Finding:
    """Check that positions are dense and taken in the order of commits, as an onlooker saw it and as they stand."""
    seqs = [row.seq for row in run.server.feed]

    def faults() -> Iterator[str]:
        yield from run.seen.faults
        for seq, count in Counter(seqs).items():
            if count > 1:
                yield f"position {seq} was given {count} times"
        if seqs and max(seqs) != run.server.clock_seq:
            yield f"the clock says {run.server.clock_seq}, the newest position is {max(seqs)}"

    compared = {
        "positions": len(seqs), "looks": run.seen.looks, "new positions seen": run.seen.positions,
        "dense windows": run.seen.dense_windows,
    }  # fmt: skip
    return found("I4", "序号稠密，且按提交顺序严格递增", "seq dense, increasing in commit order", compared, faults())


def i5(run: Run) -> Finding:
    """Check that what left a phone's scope is not on it, and that its content was not sent after the change."""
    stops = {(person, stop) for person, stop, _ in run.server.scope}
    cases = {(person, case) for person, _, case in run.server.scope}

    def faults() -> Iterator[str]:
        for phone in run.phones:
            yield from _still_held(phone, stops, cases)
        yield from _sent_after(run)

    leavings = sum(not move.is_in for move in run.wire.moves)
    compared = {"leavings": leavings, "contents sent": len(run.wire.given), "phones": len(run.phones)}
    zh, en = "移出范围的文档不在手机上，其内容未再发出", "out of scope ⇒ not on the device, content not sent after"
    return found("I5", zh, en, compared, faults())


def _still_held(phone: PhoneFacts, stops: set[tuple[str, str]], cases: set[tuple[str, str]]) -> Iterator[str]:
    """Yield what a phone holds beyond its scope: nothing at all may be left on one that was lost."""
    for coll in VISIT_COLLECTIONS:
        for doc_id in phone.documents.get(coll, {}):
            if phone.is_lost or (phone.person, doc_id) not in stops:
                yield f"{phone.name} still holds {coll}/{doc_id}"
    for doc_id in phone.documents.get("papers", {}):
        if phone.is_lost or (phone.person, phone.cases.get(doc_id, "")) not in cases:
            yield f"{phone.name} still holds papers/{doc_id}"


def _sent_after(run: Run) -> Iterator[str]:
    """Yield each delivery of content to a person whose last move before the request was out."""
    by_stop: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    by_case: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    for move in run.wire.moves:
        by_stop[move.person, move.stop_id].append((move.at, move.is_in))
        by_case[move.person, move.case_id].append((move.at, move.is_in))
    for one in run.wire.given:
        if one.coll == "papers":
            moves = by_case.get((one.person, one.case_id), [])
        else:
            moves = by_stop.get((one.person, one.doc_id), [])
        before = [is_in for at, is_in in sorted(moves) if at < one.began]
        if before and not before[-1]:
            yield f"{one.coll}/{one.doc_id} was sent to {one.person} after it left the scope"


def i10(run: Run) -> Finding:
    """Check that followers of the same feed hold the same set: phone and fresh follower, crew mates, the digest."""
    counts: Counter[str] = Counter()

    def faults() -> Iterator[str]:
        for phone in present(run):
            for coll in DOCUMENTS:
                mine = set_hash(phone.documents.get(coll, {}))
                counts["set hashes"] += 1
                if mine != set_hash(run.followers.get(phone.device, {}).get(coll, {})):
                    yield f"{phone.name} and a fresh follower differ in {coll}"
            for coll, (theirs, ours) in run.digests.get(phone.device, {}).items():
                counts["server digests"] += 1
                if theirs != ours:
                    yield f"{phone.name} and the server's digest differ in {coll}"
        yield from _crews_apart(run, counts)

    told = tuple(faults())
    compared = {"set hashes": 0, "crews": 0, "server digests": 0, **counts}
    return found(
        "I10", "设备收敛：同一下发流，同一集合哈希", "devices converge: same feed, same set hash", compared, told
    )


def _crews_apart(run: Run, counts: Counter[str]) -> Iterator[str]:
    crews: dict[frozenset[str], list[PhoneFacts]] = defaultdict(list)
    scopes = _scopes(run)
    for phone in present(run):
        if phone.person in scopes:
            crews[frozenset(scopes[phone.person])].append(phone)
    for mates in crews.values():
        counts["crews"] += len(mates) > 1
        for coll in (*VISIT_COLLECTIONS, "papers"):
            if len({set_hash(phone.documents.get(coll, {})) for phone in mates}) > 1:
                yield f"{', '.join(phone.name for phone in mates)} have the same visits and differ in {coll}"
