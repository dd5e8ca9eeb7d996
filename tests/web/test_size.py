"""What a phone and a desk must load: the budgets of the apps, compressed as the server's proxy sends them."""

import gzip
import re
from pathlib import Path

from server.console.api.desk import BUILT as DESK
from server.console.api.phone import BUILT

FIRST_SCREEN_KB, ALL_KB = 110, 130
PAGE_OF_THE_CONSOLE_KB = 260  # without charts and map, which come when they are drawn. Source: issue 8
DESKS = Path(__file__).resolve().parents[2] / "web/src/console/desks"


def kilobytes(paths):
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths) / 1000


def test_the_app_stays_within_its_budget():
    page = (BUILT / "index.html").read_text(encoding="utf-8")
    first = [BUILT / name for name in set(re.findall(r'(?:src|href)="/m/(assets/[^"]+\.(?:js|css))"', page))]
    every = [path for path in (BUILT / "assets").iterdir() if path.suffix in {".js", ".css"}]
    assert first
    assert kilobytes(first) <= FIRST_SCREEN_KB
    assert kilobytes(every) <= ALL_KB


def fetched_with(chunk):
    """Return a file of the console and all it imports before it runs."""
    found, waiting = set(), [chunk]
    while waiting:
        one = waiting.pop()
        if one not in found and one.suffix == ".js":
            named = re.findall(r"""(?:from|import)\s*"\./([^"]+\.js)\"""", one.read_text(encoding="utf-8"))
            waiting += [one.parent / name for name in named]
        found.add(one)
    return found


def test_every_page_of_the_console_stays_within_its_budget():
    page = (DESK / "index.html").read_text(encoding="utf-8")
    first = {DESK / name for name in re.findall(r'(?:src|href)="/console/(assets/[^"]+\.(?:js|css))"', page)}
    always = set().union(*map(fetched_with, first))
    sizes = {}
    for index in DESKS.glob("*/index.ts"):
        for name in re.findall(r'import\("\./(\w+)\.vue"\)', index.read_text(encoding="utf-8")):
            (chunk,) = [one for one in (DESK / "assets").iterdir() if re.fullmatch(rf"{name}-[\w-]{{8}}\.js", one.name)]
            sizes[name] = kilobytes(always | fetched_with(chunk))
    assert len(sizes) > 40
    assert {name: size for name, size in sizes.items() if size > PAGE_OF_THE_CONSOLE_KB} == {}


def test_nothing_built_names_another_host():
    hosts = set()
    for path in BUILT.rglob("*"):
        if path.suffix in {".js", ".css", ".html", ".webmanifest"}:
            hosts |= set(re.findall(r"url\(\s*[\"']?(?:https?:)?//([^/\"')]+)", path.read_text(encoding="utf-8")))
    assert hosts == set()
