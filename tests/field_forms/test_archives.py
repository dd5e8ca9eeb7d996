"""A tag without an end takes expat before 2.6 hours: it is refused before a reader of workbooks sees it."""

import io
import zipfile

import pytest

from field_forms.archives import LONGEST_TAG, HostileXml, refuse_hostile_xml


def looked_at(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/anything.bin", content)
    with zipfile.ZipFile(out) as archive:
        refuse_hostile_xml(archive)


@pytest.mark.parametrize(
    "content",
    [
        b"<a" + b" " * 2 * LONGEST_TAG + b"/>",
        b"<a b='" + b">" * 2 * LONGEST_TAG + b"'/>",
        b"<a><!--" + b"<>" * LONGEST_TAG + b"--></a>",
        b"<a><?b " + b"<>" * LONGEST_TAG + b"?></a>",
        ("<a" + " " * LONGEST_TAG + "/>").encode("utf-16"),
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>',
    ],
)
def test_what_takes_hours_is_refused(content):
    with pytest.raises(HostileXml):
        looked_at(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<a>" + b"x" * 3 * LONGEST_TAG + b"</a>",
        b"<a>" + b"<b c='1'/>" * LONGEST_TAG + b"</a>",
        b"<a><![CDATA[" + b"<>" * LONGEST_TAG + b"]]></a>",
        b"<a b='" + b"x" * (LONGEST_TAG // 2) + b"'/>",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4_000,
        b"<a>never closed",
        b"",
    ],
)
def test_the_rest_is_for_the_reader(content):
    looked_at(content)
