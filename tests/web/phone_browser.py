"""The phone's app in a real Chromium, talking to the real server, with a profile that outlives every kill."""

import json
import time
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from server import clock, jobs
from server.db import db
from server.visits.models import Record, VisitFile
from tests.browser import Page

PIN = "135790"
STOP, CASE, MATE = (f"0193a0b1-0000-7000-8000-00000000{end}" for end in ("a001", "c001", "b001"))
POLL_S = 0.1
TURNS = 900
LIBRARY = """
const stopOf = (n) => ({
  id: STOP.slice(0, -3) + String(n).padStart(3, '0'), case_id: CASE, agents: [MATE, CASE], plan_version: 1,
});
const noFix = { fix: null, no_fix_reason: 'timeout' };
async function picture(seed, side) {
  const canvas = new OffscreenCanvas(side, side), pen = canvas.getContext('2d');
  for (let i = 0; i < 4000; i++) {
    pen.fillStyle = `hsl(${(i * 7919 + seed * 31) % 360} 80% 50%)`;
    pen.fillRect((i * 104729 + seed) % side, (i * 1299709) % side, side / 20, side / 30);
  }
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
}
async function begin(n, photos = 0, side = 800) {
  const draft = await doorstep.drafts.open(stopOf(n));
  await doorstep.visits.arrive(draft, noFix);
  for (let i = draft.content.photos.length; i < photos; i++) {
    await doorstep.photos.add(draft, await picture(n * 100 + i, side), { shows: 'door', fix: null });
  }
  return draft;
}
async function whole(n, photos = 1, side = 800) {
  const draft = await begin(n, photos, side);
  await doorstep.visits.leave(draft, {
    met: {
      who: 'nobody', name: '', relation: '', is_adult: null, id_checked: 'not_shown', id_last4: '', place: 'at_door',
      entry_consent_by: '',
    },
    disclosure: null, promise: null, located: noFix,
    outcome: { code: 9, note: '门口无人 ' + n, next_step: '', delivered: [] },
  });
}
"""


@dataclass
class BrowserPhone:
    """One phone: a profile on disk, a browser that may be killed, the address of its server."""

    url: str
    profile: object
    page: Page | None = field(default=None, repr=False)
    before_load: str = ""
    quota_bytes: int | None = None
    font_px: int = 16  # what its owner set; the app's sizes follow

    def start(self):
        """Open the app, from the server or, without one, from what the phone kept."""
        self.profile.mkdir(exist_ok=True, parents=True)
        self.page = Page(self.profile)
        self.page.call("Page.setFontSizes", fontSizes={"standard": self.font_px})
        if self.before_load:
            self.page.call("Page.addScriptToEvaluateOnNewDocument", source=self.before_load)
        if self.quota_bytes is not None:
            self.page.call("Storage.overrideQuotaForOrigin", origin=self.url, quotaSize=self.quota_bytes)
        return self.load()

    def load(self):
        self.page.open(self.url + "/m/")
        self.page.wait("globalThis.doorstep !== undefined && doorstep.session.state.value !== 'starting'")
        return self

    def kill(self):
        """The battery dies."""
        if self.page is not None:
            self.page.kill()
            self.page = None

    def js(self, body, *, session=None):
        """Run the body of an async function in the page with LIBRARY at hand; return its value, raise what it throws.

        session is that of another tab, None for the first.
        """
        names = json.dumps({"STOP": STOP, "CASE": CASE, "MATE": MATE})
        act = f"const {{STOP, CASE, MATE}} = {names}; {LIBRARY} {body}"
        script = f"(async () => {{ {act} }})().catch((one) => {{ throw new Error(`${{one.name}}: ${{one.message}}`) }})"
        told = self.page.call("Runtime.evaluate", session, expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise PageFault(told["exceptionDetails"]["exception"].get("description", str(told)))
        return told["result"].get("value")

    def enrol(self, code):
        self.js(f"await doorstep.session.enrol({{code: {code!r}, label: '红米', pin: '{PIN}'}})")
        self.page.wait("navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => names.length > 0)")

    def unlock(self):
        self.js(f"await doorstep.unlock('{PIN}')")

    def unsent(self):
        told = self.js("return await doorstep.store.unsent()")
        return told["records"] + told["files"]

    def sync_until_sent(self):
        """Ask to sync again and again until the server acknowledged everything."""
        for _ in range(TURNS):
            self.js("await doorstep.sync.now()")
            if self.unsent() == 0:
                return
            time.sleep(POLL_S)
        raise AssertionError(f"never sent: {self.js('return JSON.stringify(doorstep.sync.state)')}")

    def written(self):
        """Return {id: hash} of every record this phone signed, and {id: sha256} of every file they bind."""
        return self.js(
            "const records = await doorstep.store.record.toArray(), files = await doorstep.store.media.toArray();"
            "return [Object.fromEntries(records.map((r) => [r.id, r.hash])),"
            " Object.fromEntries(files.filter((f) => f.state !== 'draft').map((f) => [f.id, f.sha256]))]"
        )


class PageFault(Exception):
    """The page threw."""


def wait_for(met):
    """Wait until a condition of the test holds."""
    for _ in range(TURNS):
        if met():
            return
        time.sleep(POLL_S)
    raise AssertionError("never came about")


def stored(app, device):
    """Return {id: hash} of the records and {id: sha256} of the verified files the server holds of a device."""
    with app.app_context():
        while jobs.run_chores(clock.now()):
            pass
        records = db.session.scalars(select(Record).where(Record.device_id == UUID(device)))
        files = db.session.scalars(select(VisitFile).where(VisitFile.device_id == UUID(device)))
        told = (
            {str(row.id): row.hash for row in records},
            {str(row.id): row.sha256 for row in files if row.verified_at is not None},
        )
        db.session.remove()
        return told
