"""OpenStack Swift in one process: a proxy that speaks S3, account, container and object server.

    var/setup/swift/bin/python bench/hosts/swift_server.py FOLDER PORT

Run by an interpreter of its own, that has `swift` and nothing of ours. The key is `test:tester`, its secret `testing`.
What is stored lies in FOLDER and outlives a kill. Traps: Swift reads `/etc/swift/swift.conf` unless told otherwise
before anything else is imported; `user` and a mounted device are asked for only by its own start scripts.
"""

import os
import sys
from pathlib import Path
from typing import Any

import eventlet
import eventlet.wsgi
from swift.common import utils

KINDS = ("account", "container", "object")
REPLICAS, RING_POWER = 1, 4
CONFIG = """[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_level = ERROR
[pipeline:main]
pipeline = {pipeline}
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:listing_formats]
use = egg:swift#listing_formats
"""


def prepare(folder: Path) -> None:
    """Make the folder of the one device and the settings that every part reads."""
    (folder / "devices" / "d1").mkdir(parents=True, exist_ok=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = doorstep\n", encoding="utf-8")
    utils.SWIFT_CONF_FILE = str(folder / "swift.conf")
    utils.validate_hash_conf()
    utils.eventlet_monkey_patch()


def write_ring(folder: Path, kind: str, port: int) -> None:
    """Write where the one server of a kind is."""
    from swift.common.ring import RingBuilder  # noqa: PLC0415  # only after prepare()

    ring = RingBuilder(RING_POWER, REPLICAS, 0)
    place = {"id": 0, "region": 1, "zone": 1, "weight": 1, "device": "d1"}
    ring.add_dev(place | {"ip": "127.0.0.1", "port": port})
    ring.rebalance()
    ring.get_ring().save(str(folder / f"{kind}.ring.gz"))


def serve(folder: Path, kind: str, sock: Any) -> Any:
    """Serve one part on a socket, in a green thread."""
    from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: PLC0415  # only after prepare()

    is_proxy = kind == "proxy"
    pipeline = "catch_errors listing_formats s3api tempauth proxy-server" if is_proxy else f"{kind}-server"
    path = folder / f"{kind}.conf"
    text = CONFIG.format(folder=folder, kind=kind, pipeline=pipeline) + (PROXY if is_proxy else "")
    path.write_text(text, encoding="utf-8")
    app = loadapp(str(path), global_conf={"log_name": kind}, allow_modify_pipeline=is_proxy)
    return eventlet.spawn(
        eventlet.wsgi.server, sock, app, utils.NullLogger(), protocol=SwiftHttpProtocol,
        capitalize_response_headers=False,
    )  # fmt: skip


def main() -> None:
    """Serve until killed."""
    folder, port = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    prepare(folder)
    os.chdir(folder)
    parts = {kind: eventlet.listen(("127.0.0.1", 0)) for kind in KINDS}
    for kind, sock in parts.items():
        write_ring(folder, kind, sock.getsockname()[1])
    parts["proxy"] = eventlet.listen(("127.0.0.1", port), backlog=200)
    for thread in [serve(folder, kind, sock) for kind, sock in parts.items()]:
        thread.wait()


if __name__ == "__main__":
    main()
