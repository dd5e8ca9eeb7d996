"""Applications whose routes are compiled seldom build and match the URLs that werkzeug's own would."""

import uuid

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule

from tests.routes import _eager


def urls():
    return Map([Rule("/v1/cases/<uuid:case_id>/visits", endpoint="a"), Rule("/m/<path:name>", endpoint="b")]).bind("x")


def test_builds_what_werkzeug_builds():
    assert Rule._compile_builder is not _eager  # noqa: SLF001
    asked = [("a", {"case_id": "1", "limit": 3}), ("b", {"name": "a b/c"}), ("b", {"name": "x", "y": "ü"})]
    for lazy in (urls(), urls()):
        told = [lazy.build(endpoint, values) for endpoint, values in asked]
        assert told == ["/v1/cases/1/visits?limit=3", "/m/a%20b/c", "/m/x?y=%C3%BC"]


def test_matches_in_a_second_map_what_it_matched_in_the_first():
    case = uuid.uuid4()
    for lazy in (urls(), urls()):
        assert lazy.match(f"/v1/cases/{case}/visits") == ("a", {"case_id": case})
        assert lazy.match("/m/a/b") == ("b", {"name": "a/b"})
        with pytest.raises(NotFound):
            lazy.match("/v1/cases/none/visits")
