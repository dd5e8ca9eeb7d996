"""The chore that sends verified files through the darkroom and writes down what came out (冲洗).

Every picture that is shown comes from here; the original is never touched. What looks wrong is flagged for a person:
a photo seen before, a camera whose time or place is another than the signed record's, a picture that does not open.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from server import feed, jobs, media
from server.db import begin_write, db
from server.planning.datum import Datum, Point
from server.planning.distance import geodesic_m
from server.visits import messages, photos, presence, projection, told
from server.visits.darkroom import guard, likeness
from server.visits.darkroom.looked import Looked
from server.visits.models import Visit, VisitFile
from server.visits.presence import Fix
from server.visits.rules import VisitState

MOST = 8
TIME_DIFFERS, PLACE_DIFFERS_M = timedelta(minutes=10), 500
COMPARED = timedelta(days=400)
MOST_ALIKE = 5
UNREADABLE, ABSENT = "unreadable_", "absent"
_ENGLISH = "They cannot be opened: please take them again."
_WAITING = (
    VisitFile.verified_at.is_not(None), VisitFile.looked_at.is_(None), VisitFile.role.in_(["photo", "recording"]),
)  # fmt: skip


@jobs.chore
def develop(at: datetime) -> int:
    """Look at up to 8 files that wait; return how many. Needs a commit by the caller.

    Looking takes no lock; only writing down does.
    """
    query = select(VisitFile.id).where(*_WAITING).order_by(VisitFile.verified_at, VisitFile.id).limit(MOST)
    ids = db.session.scalars(query).all()
    if not ids:
        return 0
    seen = look_at([db.session.get_one(VisitFile, one) for one in ids])
    made = put_pictures(seen)
    begin_write()
    feed.lock_ids(db.session(), "files", [str(one) for one in ids])
    files = db.session.scalars(select(VisitFile).where(VisitFile.id.in_(ids), *_WAITING).order_by(VisitFile.id)).all()
    write_down(files, seen, made, at=at)
    return len(ids)


def develop_now(files: Sequence[VisitFile], *, at: datetime) -> None:
    """Look at those of these files that still wait, for a paper that needs them. Needs the write transaction."""
    waiting = [file for file in files if file.verified_at is not None and file.looked_at is None]
    if waiting:
        seen = look_at(waiting)
        write_down(waiting, seen, put_pictures(seen), at=at)


def look_at(files: Sequence[VisitFile]) -> dict[UUID, Looked]:
    """Return what the darkroom says of each file; one whose bytes are gone is told as absent and holds up no other."""
    store = media.store()
    here = [file for file in files if store.has(file.sha256)]
    verdicts = guard.look_at([(file.role, store.get(file.sha256)) for file in here])
    absent = {file.id: Looked(fault=ABSENT) for file in files}
    return absent | dict(zip([file.id for file in here], verdicts, strict=True))


def put_pictures(seen: dict[UUID, Looked]) -> dict[UUID, list[str]]:
    """Keep what the darkroom made, return the hashes: before the lock, which a store that hangs must not hold.

    Raises StorageFails.
    """
    return {file_id: [media.store().put(one) for one in looked.pictures] for file_id, looked in seen.items()}


def write_down(
    files: Sequence[VisitFile], seen: dict[UUID, Looked], made: dict[UUID, list[str]], *, at: datetime
) -> None:
    """Keep pictures, facts and flags; a visit that got a new flag is put together again.

    Needs the write transaction.
    """
    flagged: dict[UUID, list[VisitFile]] = {}
    for file in files:
        before = list(file.flags)
        _keep(file, seen[file.id], made[file.id], at=at)
        if file.flags != before and file.visit_id is not None:
            flagged.setdefault(file.visit_id, []).append(file)
    db.session.flush()
    for visit_id in sorted(flagged):
        visit = db.session.get_one(Visit, visit_id, with_for_update=True)
        if visit.state != VisitState.SEALED:
            projection.refresh(visit, at=at, has_news=False)
        _ask_again(visit, flagged[visit_id], at=at)


def _keep(file: VisitFile, looked: Looked, made: list[str], *, at: datetime) -> None:
    facts = dict(looked.facts)
    variants, camera = facts.pop("likeness", []), facts.pop("exif", {})
    file.derivative_sha256, file.thumbnail_sha256 = (*made, None, None)[:2]
    file.looked_at = at
    flags = [UNREADABLE + looked.fault] if looked.fault else []
    flags += ["bytes_after_image"] if facts.get("tail_bytes") else []
    if camera:
        facts["camera"], differing = _compare(camera, file)
        flags += differing
    if variants:
        alike = _alike(file, variants, at=at)
        facts["alike"] = alike
        flags += ["looks_like_another"] if alike else []
        file.likeness = likeness.signed(variants[0])
    file.facts = facts
    file.flags = [*file.flags, *(flag for flag in flags if flag not in file.flags)]


def _compare(camera: dict[str, object], file: VisitFile) -> tuple[dict[str, object], list[str]]:
    """Return what the camera says against the signed record, without any position, and what differs."""
    found: dict[str, object] = {name: camera[name] for name in ("orientation", "has_zone") if name in camera}
    flags = []
    taken_at = _moment(camera.get("taken_at"))
    if taken_at is not None and file.taken_at is not None:
        found["later_s"] = round((taken_at - file.taken_at).total_seconds())
        flags += ["camera_time_differs"] if abs(taken_at - file.taken_at) > TIME_DIFFERS else []
    position, fix = camera.get("position"), fix_of(file)
    if isinstance(position, list) and fix is not None:
        lon, lat = position
        distance_m = round(geodesic_m(Point(lon=lon, lat=lat, datum=Datum.WGS84), fix.at))
        found["distance_m"] = distance_m
        flags += ["camera_place_differs"] if distance_m > PLACE_DIFFERS_M + fix.accuracy_m else []
    return found, flags


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def fix_of(file: VisitFile) -> Fix | None:
    """Return the position the signed manifest gives for a photo, else that of the arrival."""
    visit = db.session.get(Visit, file.visit_id) if file.visit_id else None
    if visit is None:
        return None
    settled = projection.read(visit)
    rows = [row for record in settled.of("manifest") for row in told.rows(record.body, "files")]
    own = next((row.get("fix") for row in rows if row.get("id") == str(file.id)), None)
    arrival = settled.last("check_in")
    return presence.read_fix(own) or (presence.read_fix(arrival.body.get("fix")) if arrival else None)


def _alike(file: VisitFile, variants: list[int], *, at: datetime) -> list[dict[str, object]]:
    """Return the photos of other visits that look like this one in any turn, nearest first, at most 5."""
    query = select(VisitFile.id, VisitFile.likeness).where(
        VisitFile.likeness.is_not(None), VisitFile.verified_at > at - COMPARED, VisitFile.sha256 != file.sha256,
        VisitFile.visit_id != file.visit_id,
    )  # fmt: skip
    rows = db.session.execute(query).all()
    if not rows:
        return []
    bits = likeness.nearest(variants, [row.likeness for row in rows])
    near = sorted(
        (int(count), str(row.id)) for row, count in zip(rows, bits, strict=True) if count <= likeness.MOST_BITS
    )
    return [{"file": file_id, "bits": count} for count, file_id in near[:MOST_ALIKE]]


def _ask_again(visit: Visit, files: Sequence[VisitFile], *, at: datetime) -> None:
    """Tell the agent which photos do not open, so that others can be taken while it is still possible.

    Bytes the server has lost are no fault of the photo: the office restores them.
    """
    broken = [
        file
        for file in files
        if any(flag.startswith(UNREADABLE) and flag != UNREADABLE + ABSENT for flag in file.flags)
    ]
    if broken:
        shows = "、".join(sorted({photos.SHOWN.get(file.shows, photos.OTHER) for file in broken}))
        text = f"{len(broken)} 个照片或录音无法打开（{shows}），原件已留存，请重拍或重录。 {_ENGLISH}"
        messages.send(visit, to=[visit.agent_id], sender_id=visit.agent_id, kind=messages.RETAKE, text=text, at=at)
