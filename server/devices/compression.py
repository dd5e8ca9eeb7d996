"""Answers packed by gzip for phones that take it: on 2G the bytes are the time.

Only what phones pull and are told goes through here; pages with form tokens never do, so a packed length tells nothing.
"""

import gzip

from flask import Request, Response

LEAST_BYTES = 400
LEVEL = 6


def pack(answer: Response, asked: Request) -> Response:
    """Pack an answer when the phone takes gzip and it is worth it; its ETag becomes a weak one."""
    length = answer.calculate_content_length()
    if answer.status_code == 200 and length is not None and length < LEAST_BYTES:  # noqa: PLR2004
        return answer  # the same for everybody
    answer.vary.add("Accept-Encoding")
    if not asked.accept_encodings["gzip"] or answer.content_encoding or answer.is_streamed:
        return answer
    if answer.status_code != 200 or answer.mimetype != "application/json":  # noqa: PLR2004
        return answer
    plain = answer.get_data()
    answer.set_data(gzip.compress(plain, LEVEL, mtime=0))
    answer.content_encoding = "gzip"
    tag, _ = answer.get_etag()
    if tag is not None:
        answer.set_etag(tag, weak=True)
    return answer
