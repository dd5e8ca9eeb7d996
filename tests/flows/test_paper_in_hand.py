"""What a debtor does with the receipt: reads its QR code, opens it, complains without login; the case freezes."""

from urllib.parse import urlsplit

import pytest

from server.db import db
from tests.flows.desk import PHONE, Desk
from tests.flows.test_normal_week import play, raised, visit_of
from tests.receipts.reading import qr_texts

WORDS = "上门人员在门口大声说话，邻居都听见了"


@pytest.fixture
def stranger(live_server):
    """Somebody's own browser, signed in nowhere, of a phone's size."""
    one = Desk(live_server.url, PHONE)
    yield one
    one.close()


def flawless(browser):
    """Look at the page in both themes; these pages have no frame of the console's to wait for."""
    found = []
    for name in ("dark", "light"):
        browser.theme(name)
        found += browser.violations()
    return found + browser.page.run("scrollX || document.documentElement.scrollWidth > innerWidth ? ['wide'] : []")


class TestComplaint:
    def test_over_the_code_on_the_receipt_freezes_the_case_and_reaches_the_phone(
        self, stranger, fangs_phone, as_zhou, as_lin, as_ma
    ):
        stop = fangs_phone.stops()[0]
        play(fangs_phone, stop, 3)
        fangs_phone.sync()
        receipt = as_zhou.get(f"/v1/visits/{visit_of(as_zhou, stop)['id']}/receipt.pdf").data
        assert raised(as_lin, stop) == []
        address = urlsplit(qr_texts(receipt)[0])
        stranger.page.open(f"{stranger.url}{address.path}#{address.fragment}")
        stranger.sees("单据真实有效")
        stranger.sees("二维码中的内容指纹与存证一致")
        stranger.press("在线投诉")
        stranger.sees("发生了什么")
        assert flawless(stranger) == []
        stranger.type("textarea[name=text]", WORDS)
        stranger.type("input[name=contact]", "13900000000")
        stranger.press("提交")
        stranger.sees("已收到，编号")
        stranger.sees("不会再上门")
        assert flawless(stranger) == []
        assert fangs_phone.card(stop)["debtor"]["name"] not in stranger.page.run("document.body.innerText")
        db.session.rollback()  # read anew what the server of the browser wrote
        assert raised(as_lin, stop) == ["complaint"]
        (row,) = as_ma.get("/v1/complaints?state=open").json["items"]
        told = as_ma.get(f"/v1/complaints/{row['id']}").json
        assert (told["channel"], told["text"], told["contact"]) == ("qr", WORDS, "13900000000")
        stranger.sees(f"TS-{row['id'][-12:]}")
        fangs_phone.sync()
        assert fangs_phone.card(stop)["frozen"] == ["complaint"]
