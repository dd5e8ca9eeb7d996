"""Power cuts at random steps of the disk while phones push and upload: what was acknowledged is there after them.

The image of a cut keeps what was synced; of the rest each sector is kept or lost by chance. Only SQLite's disk can be
reached: PostgreSQL writes in processes of its own.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy import select

from bench.faults.disk import Disk, watched
from bench.faults.inprocess import enrolled_on
from bench.faults.judge import require_whole, states
from server import media
from server.app import create_app
from server.db import db
from server.devices.models import Upload
from server.visits.models import Record
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.visit import Photo, arrive

RARE = 0.15


@dataclass(slots=True)
class PowerCut:
    """One image: where it lies, at which step it was taken, what had been acknowledged to the phone by then."""

    folder: Path
    step: str
    records: dict[str, str]
    files: dict[str, str]
    lost: list[str] = field(default_factory=list)


def cut_while_writing(app: Flask, folder: Path, *, cuts: int, every: int, seed: int) -> Iterator[PowerCut]:
    """Give images of power cuts while a phone pushes and uploads: after one write in `every`, more of the rare syncs.

    An image is deleted when the next one is asked for. The application's database must be SQLite.
    """
    rng, made, images = Random(seed), 0, list[PowerCut]()
    settings = app.extensions["doorstep"]
    with app.app_context():
        db.engine.dispose()
    with watched(settings.var_dir) as disk:
        phone = enrolled_on(app, ":memory:")
        outbox = Outbox(phone.store, phone.senses)

        def on_step(what: str) -> int:
            chance = 1 / every if "write" in what else RARE
            if rng.random() < chance and len(images) + made < cuts:
                images.append(_image(disk, folder / f"cut-{made + len(images)}", what, phone, rng))
            return 0

        disk.on_step = on_step
        while made < cuts:
            _write(outbox, rng)
            phone.push()
            phone.upload()
            phone.pull("acks")
            while images:
                made += 1
                yield (image := images.pop(0))
                shutil.rmtree(image.folder)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def examine(app: Flask, image: PowerCut) -> None:
    """Open an image as a server does after a power cut, and note what was acknowledged and is not there.

    Raises Damaged when the database or the audit chain is not whole.
    """
    settings = replace(
        app.extensions["doorstep"], var_dir=image.folder, database_url=f"sqlite:///{image.folder / 'doorstep.db'}"
    )
    revived = create_app(settings)
    with revived.app_context():
        require_whole()
        held = {str(row.id): row.hash for row in db.session.execute(select(Record.id, Record.hash))}
        image.lost += [one for one, digest in image.records.items() if held.get(one) != digest]
        whole = {row.attachment_id: row.sha256 for row in db.session.scalars(select(Upload)) if row.completed_at}
        blobs = media.store()
        image.lost += [
            one for one, sha256 in image.files.items()
            if whole.get(one) != sha256 or not blobs.has(sha256) or not blobs.is_intact(sha256)
        ]  # fmt: skip
        db.session.remove()
        db.engine.dispose()


def _image(disk: Disk, folder: Path, what: str, phone: Client, rng: Random) -> PowerCut:
    disk.cut_power(folder, rng=rng)
    records = {one: digest for (one, digest), state in states(phone.store, "record").items() if state == "accepted"}
    files = {one: sha256 for (one, sha256), state in states(phone.store, "media").items() if state == "verified"}
    return PowerCut(folder, what, records, files)


def _write(outbox: Outbox, rng: Random) -> None:
    new_id = outbox.senses.new_id
    visit = arrive(outbox, stop_id=new_id(), case_id=new_id(), agents=[outbox.device], fix=None, plan_version=1)
    photo = Photo(rng.randbytes(rng.randint(1_000, 20_000)), "door", outbox.senses.now())
    visit.photograph([photo])
    visit.leave(None)
