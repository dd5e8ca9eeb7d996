"""What a phone must load: the budget of the app, compressed as the server's proxy sends it."""

import gzip
import re

from server.console.api.phone import BUILT

FIRST_SCREEN_KB, ALL_KB = 110, 130


def kilobytes(paths):
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths) / 1000


def test_the_app_stays_within_its_budget():
    page = (BUILT / "index.html").read_text(encoding="utf-8")
    first = [BUILT / name for name in set(re.findall(r'(?:src|href)="/m/(assets/[^"]+\.(?:js|css))"', page))]
    every = [path for path in (BUILT / "assets").iterdir() if path.suffix in {".js", ".css"}]
    assert first
    assert kilobytes(first) <= FIRST_SCREEN_KB
    assert kilobytes(every) <= ALL_KB


def test_nothing_built_names_another_host():
    hosts = set()
    for path in BUILT.rglob("*"):
        if path.suffix in {".js", ".css", ".html", ".webmanifest"}:
            hosts |= set(re.findall(r"url\(\s*[\"']?(?:https?:)?//([^/\"')]+)", path.read_text(encoding="utf-8")))
    assert hosts == set()
