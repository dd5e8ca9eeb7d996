"""Answers to phones are packed when the phone takes it and it is worth it."""

import gzip
import json

import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from server.devices.compression import LEAST_BYTES, pack

LONG = json.dumps(["外访"] * 200, ensure_ascii=False).encode()


def asked(takes="gzip, deflate"):
    return Request(EnvironBuilder(headers={"Accept-Encoding": takes}).get_environ())


def answer(body=LONG, **more):
    return Response(body, **{"mimetype": "application/json"} | more)


class TestPack:
    def test_packs_what_unpacks_to_the_same(self):
        packed = pack(answer(), asked())
        assert packed.content_encoding == "gzip"
        assert gzip.decompress(packed.get_data()) == LONG
        assert packed.content_length == len(packed.get_data()) < len(LONG)

    @pytest.mark.parametrize("takes", ["", "identity", "br", "gzip;q=0"])
    def test_leaves_it_to_phones_that_do_not_take_gzip(self, takes):
        assert pack(answer(), asked(takes)).get_data() == LONG

    @pytest.mark.parametrize(
        "plain",
        [
            lambda: answer(b"x" * (LEAST_BYTES - 1)),
            lambda: answer(status=201),
            lambda: answer(mimetype="image/jpeg"),
            lambda: answer(headers={"Content-Encoding": "br"}),
        ],
        ids=["short", "no 200", "picture", "packed"],
    )
    def test_leaves_what_is_not_worth_it(self, plain):
        expected = plain().get_data()
        assert pack(plain(), asked()).get_data() == expected

    def test_says_that_the_answer_depends_on_it(self):
        assert "Accept-Encoding" in pack(answer(), asked("")).headers["Vary"]

    def test_weakens_the_tag_so_that_both_forms_may_share_it(self):
        tagged = answer()
        tagged.set_etag("abc")
        assert pack(tagged, asked()).get_etag() == ("abc", True)

    def test_is_at_work_on_what_phones_pull(self, phone):
        phone.client.pull("acks")
        phone.push(phone.rows(20), Prefer="return=acks")
        got = phone.api("GET", "/v1/sync/acks/pull?seq=0&limit=10&sv=4", headers={"Accept-Encoding": "gzip"})
        assert got.headers["Doorstep-Sync"] == "1"
        assert len(json.loads(gzip.decompress(got.data))["documents"]) == 1

    def test_keeps_answering_that_nothing_moved(self, phone):
        path, takes = "/v1/sync/head", {"Accept-Encoding": "gzip"}
        tag = phone.api("GET", path, headers=takes).headers["ETag"]
        assert phone.api("GET", path, headers=takes | {"If-None-Match": tag}).status_code == 304
