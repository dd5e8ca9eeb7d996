"""A creditor's small files, made in memory, and the short ways of sending them."""

import io
from dataclasses import dataclass

import pytest
from openpyxl import Workbook

ROW = {
    "案件序列号": "A1",
    "客户姓名": "测试甲",
    "证件类型": "身份证",
    "证件号码": "999182199904220910",
    "卡号": "6224348946616853",
    "首次逾期日": "2025-09-11",
    "委案金额": "12,000.00",
    "本金余额": "11000",
    "利息": "900",
    "违约金": "100",
    "费用": "0",
    "手机": "19900000000",
    "家庭地址": "广东省深圳市福田区莲花路1号",
    "单位地址": "",
    "备注": "",
}
PAYMENT_HEADERS = ["案件序列号", "入账日期", "入账金额", "摘要", "流水号"]


def placement(*changes, title="数据截至 2026年11月20日"):
    """Return an XLSX placement file; each change makes one row of the good one."""
    book = Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append(list(ROW))
    for change in changes:
        sheet.append(list((ROW | change).values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def feed(*rows):
    """Return a payment feed as CSV."""
    return "\n".join(",".join(row) for row in [PAYMENT_HEADERS, *rows]).encode()


@dataclass
class Desk:
    """A person at the import desk."""

    caller: object
    creditor_id: str

    def read(self, content, *, path="/v1/imports", name="placement.xlsx", **form):
        data = {"file": (io.BytesIO(content), name), "creditor_id": str(self.creditor_id)} | form
        return self.caller.post(path, data=data, content_type="multipart/form-data")

    def placement(self, *changes, **kwargs):
        """Return an XLSX placement file; each change makes one row of the good one."""
        return placement(*changes, **kwargs)

    def commit(self, answer):
        return self.caller.post(f"{answer.headers['Location']}/commit")

    def place(self, *changes, **kwargs):
        """Read and commit a placement; return the committed run."""
        read = self.read(placement(*changes, **kwargs))
        assert read.status_code == 201, read.text
        done = self.commit(read)
        assert done.status_code == 200, done.text
        return done.json

    def pay(self, *rows):
        """Read and commit a payment feed; return the committed run."""
        done = self.commit(self.read(feed(*rows), path="/v1/payments/imports", name="feed.csv"))
        assert done.status_code == 200, done.text
        return done.json

    def case(self, case_no="A1"):
        """Return the case with this number in full."""
        (row,) = self.caller.get(f"/v1/cases?q={case_no}&creditor_id={self.creditor_id}").json["items"]
        return self.caller.get(f"/v1/cases/{row['id']}").json


@pytest.fixture
def desk(as_lin, creditors):
    """Lin at the bank's desk."""
    return Desk(as_lin, creditors["bank"])


@pytest.fixture
def other_desk(as_wei, creditors):
    """Wei at the supplier's desk, who knows nothing of the bank."""
    return Desk(as_wei, creditors["supplier"])
