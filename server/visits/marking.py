"""What is drawn onto a shown photo (水印): when, where and which.

Taken from the signed records each time, so that a correction shows at once; the original carries no mark.
"""

from server.clock import SHANGHAI
from server.db import db
from server.visits import developing, photos
from server.visits.models import Visit, VisitFile


def lines(file: VisitFile) -> tuple[str, str]:
    """Return the two lines of a photo's mark: time and place, then case, what it shows and the original's hash."""
    visit = db.session.get(Visit, file.visit_id) if file.visit_id else None
    taken_at = f"{file.taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if file.taken_at else "时间未记录"
    fix = developing.fix_of(file)
    place = f"{fix.at.lat:.5f}, {fix.at.lon:.5f} ±{fix.accuracy_m}m {fix.at.datum}" if fix else "无定位"
    case_no = visit.case.case_no if visit is not None and visit.case is not None else "—"
    shows = photos.SHOWN.get(file.shows, photos.OTHER)
    return f"{taken_at}  {place}", f"{case_no}  {shows}  SHA-256 {file.sha256[:16]}"
