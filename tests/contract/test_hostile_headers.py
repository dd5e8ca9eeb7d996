"""Hostile headers and parameters at everything a phone calls: never a 5xx, one verdict on both engines."""

from tests.contract.hostile import HEADERS
from tests.contract.hostile_answers import ok


class TestHeaders:
    def test_of_head_and_pull(self, phone, in_app, verdicts):
        names = ("Doorstep-Time", "Doorstep-Unsent", "Doorstep-Acked", "Doorstep-Epoch", "If-None-Match",
                 "Authorization", "Accept", "Range")  # fmt: skip
        found = {}
        for header in names:
            for name, value in HEADERS.items():
                found[f"{header} = {name}"] = ok(phone.api("GET", "/v1/sync/head", headers={header: value}))
        for part in ("seq", "epoch", "limit", "sv", "more"):
            for name, value in HEADERS.items():
                found[f"pull {part} = {name}"] = ok(phone.api("GET", "/v1/sync/stops/pull", query_string={part: value}))
        verdicts("head and pull", found)

    def test_of_files(self, phone, in_app, verdicts):
        told = "attachment_id MDE5M2EwYjEtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDBmMDAx,sha256 " + "MDAw" * 21 + "MA=="
        create = {"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": told}
        made = phone.api("POST", "/v1/files", headers=create)
        assert made.status_code == 201, made.text
        place, chunk = made.headers["Location"], "application/offset+octet-stream"
        calls = [
            ("POST", "/v1/files", create | {"Upload-Checksum": "sha256 AAAA"}),
            ("PATCH", place, {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Checksum": "sha256 AAAA"}),
            ("HEAD", place, {"Tus-Resumable": "1.0.0"}),
        ]
        found = {}
        for method, path, headers in calls:
            for header in [*headers, "Content-Type", "X-HTTP-Method-Override", "Upload-Defer-Length", "Upload-Concat"]:
                for name, value in HEADERS.items():
                    sent = {"Content-Type": chunk} | headers | {header: value}
                    body = b"" if method == "HEAD" else b"x"
                    found[f"{method} {header} = {name}"] = ok(phone.api(method, path, headers=sent, data=body))
        verdicts("files", found)
