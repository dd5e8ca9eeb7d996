"""An application made with lazy routes builds the URLs that werkzeug's own would."""

from werkzeug.routing import Map, Rule

from tests.routes import _eager


def test_builds_what_werkzeug_builds():
    lazy = Map([Rule("/v1/cases/<uuid:case_id>/visits", endpoint="a"), Rule("/m/<path:name>", endpoint="b")]).bind("x")
    assert Rule._compile_builder is not _eager  # noqa: SLF001
    asked = [("a", {"case_id": "1", "limit": 3}), ("b", {"name": "a b/c"}), ("b", {"name": "x", "y": "ü"})]
    told = [lazy.build(endpoint, values) for endpoint, values in asked]
    assert told == ["/v1/cases/1/visits?limit=3", "/m/a%20b/c", "/m/x?y=%C3%BC"]
