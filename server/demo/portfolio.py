"""The demo's own creditors' files (演示数据): invented people and debts in a made-up district grid, labelled synthetic.

ID numbers begin with the unassigned area code 99 and have a right check digit; phone numbers begin with 199 0000.
Points lie on a grid of invented roads around a real city centre, so that routes look like routes; nobody lives there.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "兰",
    "霞",
    "平",
    "子涵",
    "志强",
    "𬱖",
    "䶮",
    "㛃丽",
    "建国",
    "思远",
    "雨桐",
)
ETHNIC = ("阿依古丽·㛃丽", "买买提·艾力", "古丽娜·䶮")
ROADS = ("演示一路", "演示二路", "演示三路", "虚构大道", "样例街", "测试巷", "示范北路", "示范南路")
DISTRICTS = (("福田区", 114.055, 22.541), ("罗湖区", 114.131, 22.548), ("南山区", 113.930, 22.533))
REMARKS = ("", "", "", "说粤语", "客户称周末在家", "白天多在店里 10-18 点", "有犬，注意安全", "门禁，需按对讲")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
LABEL = "演示数据·纯属虚构（SYNTHETIC）"


@dataclass(frozen=True, slots=True)
class Files:
    """The two files of the demo and how many good rows each has."""

    bank: Path
    supplier: Path
    bank_rows: int
    supplier_rows: int


def id_number(rng: Random) -> str:
    """Return an 18-digit number of nobody: area code 99xxxx, right check digit (GB 11643-1999)."""
    born = date(1960, 1, 1) + timedelta(days=rng.randrange(15_000))
    body = f"99{rng.randrange(10_000):04d}{born:%Y%m%d}{rng.randrange(1000):03d}"
    return body + CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def name(rng: Random) -> str:
    """Return an invented name, some with rare characters."""
    return rng.choice(ETHNIC) if rng.random() < 0.06 else rng.choice(SURNAMES) + rng.choice(GIVEN)  # noqa: PLR2004


def place(rng: Random) -> tuple[str, float, float]:
    """Return an invented address and its point (lon, lat in GCJ-02)."""
    district, lon, lat = rng.choice(DISTRICTS)
    house = f"{rng.choice(ROADS)}{rng.randrange(1, 200)}号{rng.randrange(1, 30)}栋{rng.randrange(101, 2500)}室"
    text = f"广东省深圳市{district}{house}"
    return text, round(lon + rng.uniform(-0.03, 0.03), 6), round(lat + rng.uniform(-0.02, 0.02), 6)


def yuan(fen: int) -> str:
    """Return an amount as creditors write it: `58,300.00`."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def bank_row(number: int, rng: Random, as_of: date) -> dict[str, Any]:
    """Return one credit-card case as a row of the bank's sheet, amounts in fen."""
    days = rng.choice((95, 130, 210, 300, 431, 560, 720, 980, 1050))
    principal = rng.randrange(600_000, 18_000_000)
    interest, penalty, fees = principal * days // 4500, principal * 15 // 1000, rng.choice((0, 3000, 6000))
    address, lon, lat = place(rng)
    located = rng.random() > 0.12  # noqa: PLR2004  # some addresses come without a point
    return {
        "案件序列号": f"YS{as_of:%Y%m}{number:05d}",
        "客户姓名": name(rng),
        "证件类型": "身份证",
        "证件号码": id_number(rng),
        "卡号": f"6200{rng.randrange(10**12):012d}",
        "委案日期": as_of - timedelta(days=18),
        "预计退案日": as_of + timedelta(days=100),
        "首次逾期日": as_of - timedelta(days=days),
        "逾期天数": days,
        "委案金额": principal + interest + penalty + fees,
        "本金余额": principal,
        "利息": interest,
        "违约金": penalty,
        "费用": fees,
        "最后还款日": as_of - timedelta(days=days + 30),
        "最后还款额": rng.randrange(20_000, 300_000),
        "手机": f"1990000{rng.randrange(10_000):04d}",
        "家庭地址": address,
        "经度": lon if located else None,
        "纬度": lat if located else None,
        "坐标系": "GCJ-02" if located else None,
        "备注": rng.choice(REMARKS),
    }


AMOUNTS = ("委案金额", "本金余额", "利息", "违约金", "费用", "最后还款额")
TOTALLED = ("委案金额", "本金余额", "利息", "违约金", "费用")


def write_bank(path: Path, rng: Random, *, rows: int, as_of: date) -> None:
    """Write the bank's XLSX: title rows, amounts as text, good rows, three faulty ones, a totals row."""
    cases = [bank_row(number, rng, as_of) for number in range(1, rows + 1)]
    cases[1] |= {"证件号码": cases[0]["证件号码"], "客户姓名": cases[0]["客户姓名"]}  # one person, two cards
    faulty = [
        bank_row(90_001, rng, as_of) | {"证件号码": None, "备注": LABEL},
        bank_row(90_002, rng, as_of) | {"委案金额": 9_999_900},
        bank_row(90_003, rng, as_of) | {"客户姓名": '=HYPERLINK("http://127.0.0.1/","点我")'},
    ]
    sheet = (book := Workbook()).active
    if sheet is None:
        raise ValueError("a new workbook has a sheet")
    sheet.title = "委案明细"
    sheet.append([f"演示银行信用卡中心 委外催收案件明细表 {LABEL}"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(cases[0]))
    sheet.append([f"数据截至 {as_of.year}年{as_of.month:02d}月{as_of.day:02d}日"])
    sheet.append(list(cases[0]))
    for case in cases + faulty:
        sheet.append([cell(key, value) for key, value in case.items()])
        for column in sheet[sheet.max_row]:
            column.data_type = "s" if isinstance(column.value, str) else column.data_type
    totals = {key: yuan(sum(case[key] for case in cases)) for key in TOTALLED}
    sheet.append(["合计", *[totals.get(key) for key in list(cases[0])[1:]]])
    book.create_sheet("说明").append([f"{LABEL}；本表合计不含校验未通过行"])
    book.save(path)


def cell(key: str, value: Any) -> Any:
    """Return a value as the bank writes it."""
    if key in AMOUNTS and value is not None:
        return yuan(value)
    return f"{value:%Y年%m月%d日}" if isinstance(value, date) else value


def supplier_row(number: int, rng: Random, as_of: date) -> dict[str, str]:
    """Return one receivable of the supplier."""
    contract = rng.randrange(8_000_000, 60_000_000)
    paid = contract * rng.choice((0, 10, 30, 50)) // 100
    address, lon, lat = place(rng)
    debtor, has_guarantor = name(rng), rng.random() < 0.4  # noqa: PLR2004
    due = as_of - timedelta(days=rng.choice((200, 400, 700, 1000, 1040)))
    plain = {"合同金额": contract, "已付金额": paid, "尚欠货款": contract - paid}
    return {
        "合同编号": f"YS-HT-{number:04d}",
        "欠款单位/个人": debtor,
        "统一社会信用代码或身份证": id_number(rng),
        "联系人": debtor,
        "联系电话": f"1990000{rng.randrange(10_000):04d}",
        "送货地址": address,
        "经度": str(lon),
        "纬度": str(lat),
        "坐标系": "GCJ-02",
        **{key: f"{value / 100:.2f}" for key, value in plain.items()},
        "约定付款日": f"{due:%Y.%m.%d}",
        "违约金率(日万分之)": rng.choice(("", "3", "5")),
        "保证人": name(rng) if has_guarantor else "",
        "保证人证件": id_number(rng) if has_guarantor else "",
        "保证方式": "连带责任保证" if has_guarantor else "",
        "备注": rng.choice(REMARKS),
    }


def write_supplier(path: Path, rng: Random, *, rows: int, as_of: date) -> None:
    """Write the supplier's CSV in GB18030."""
    cases = [supplier_row(number, rng, as_of) for number in range(1, rows + 1)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(cases[0]))
    writer.writeheader()
    writer.writerows(cases)
    path.write_bytes(text.getvalue().encode("gb18030"))


def write(folder: Path, *, rng: Random, as_of: date, bank_rows: int = 44, supplier_rows: int = 28) -> Files:
    """Write both files into a folder; the same generator state and date give the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    bank, supplier = folder / "演示银行_信用卡_SYNTHETIC.xlsx", folder / "演示供应商_货款_SYNTHETIC.csv"
    write_bank(bank, rng, rows=bank_rows, as_of=as_of)
    write_supplier(supplier, rng, rows=supplier_rows, as_of=as_of)
    return Files(bank, supplier, bank_rows, supplier_rows)
