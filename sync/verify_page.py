"""The report of a verification as one HTML file that needs nothing else: no script, no picture, no address. Pure.

Chinese first. It says what was looked at, what held, what did not, and what no such look can show.
"""

from dataclasses import dataclass
from html import escape

from sync.verify import Check, Report

_STYLE = """\
:root{color-scheme:light dark;--ink:#1c2430;--quiet:#5c6675;--line:#d9dee6;--paper:#fff;--good:#1a6b34;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--quiet:#a3adbb;--line:#37404d;--paper:#161b22;--good:#7bd88f;--bad:#ff8a80}}
body{margin:2rem auto;max-width:56rem;padding:0 1rem;font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans SC",sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
.verdict{border:2px solid;border-radius:8px;padding:.6rem 1rem;font-size:1.2rem;font-weight:700}
.good{color:var(--good)}.bad{color:var(--bad)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
code{font:.9em/1.5 ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
ul{margin:0;padding-left:1.2rem}li{overflow-wrap:anywhere}footer{margin-top:2rem;color:var(--quiet);font-size:.9rem}
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}"""  # noqa: E501  # one rule, one line

_NAMES = {
    "archive": "文件结构 archive",
    "bag": "打包后未变 nothing changed since packing",
    "completeness": "内容齐全 all of the index, and nothing else",
    "records": "现场记录 records",
    "signatures": "设备签名 signatures of the phones",
    "by-hand copies": "手工核验副本 copies for checking by hand",
    "chain": "设备链 chain of each phone",
    "files": "照片与录音 photos and recordings",
    "papers": "文书 papers",
    "log": "透明日志 transparency log",
    "stamps": "第三方时间戳 time stamps of an authority",
    "public log": "公开日志全文比对 the whole public log",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What was verified, and when: the file's name, its SHA-256 in hexadecimal, the moment in words."""

    name: str
    sha256: str
    at: str


def page(report: Report, looked: Looked) -> str:
    """Return the report as a whole HTML document. What stands in the dossier is shown as text, never as markup."""
    held = "核验通过 VERIFIED" if report.is_ok else "核验不通过 NOT VERIFIED"
    rows = "\n".join(_row(check) for check in report.checks)
    unproven = "\n".join(f"<li>{escape(text)}</li>" for text in report.not_proven)
    return f"""<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>卷宗核验报告 · {escape(looked.name)}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<h1>卷宗核验报告 <small>Report of verification</small></h1>
<p class="verdict {_mood(is_ok=report.is_ok)}">{held}</p>
<table>
<tr><th>文件 File</th><td><code>{escape(looked.name)}</code></td></tr>
<tr><th>SHA-256</th><td><code>{escape(looked.sha256)}</code></td></tr>
<tr><th>核验时间 Verified at</th><td>{escape(looked.at)}</td></tr>
</table>
<h2>核验项目 What was looked at</h2>
<table>
<tr><th>项目 Check</th><th>结果 Verdict</th><th>发现 Found</th></tr>
{rows}
</table>
<h2>不能证明的事项 What this cannot show</h2>
<ul>
{unproven}
</ul>
<footer>卷宗内 README.txt 的命令不依赖本软件，可独立复核。
The commands in the dossier's README.txt need none of our code.</footer>
</body>
</html>
"""


def _row(check: Check) -> str:
    found = "".join(f"<li>{escape(text)}</li>" for text in check.found)
    verdict = "通过 ok" if check.is_ok else "不通过 FAIL"
    name = escape(_NAMES.get(check.name, check.name))
    return f'<tr><td>{name}</td><td class="{_mood(is_ok=check.is_ok)}">{verdict}</td><td><ul>{found}</ul></td></tr>'


def _mood(*, is_ok: bool) -> str:
    return "good" if is_ok else "bad"
