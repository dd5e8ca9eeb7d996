"""One visiting day (演示日) through a running server: the demo's conductor. Read `morning` and `evening` for its acts.

The days lie in the past, so the server runs with a shifted clock and is killed and started again between the acts.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from server import clock
from server.demo import evening, morning, process
from server.demo.cast import PASSWORD, Days, last_two_working_days, set_up
from server.demo.process import ServerProcess
from server.demo.story import Story


def play(var_dir: Path, *, port: int, seed: int, keep_serving: bool) -> None:
    """Play the whole day from nothing; with `keep_serving` serve the result until Ctrl-C.

    Raises NotUp when the server does not start and Unexpected when the story leaves its path.
    """
    shutil.rmtree(var_dir, ignore_errors=True)
    (var_dir / "out").mkdir(parents=True)
    story, rng = Story(var_dir / "out"), Random(seed)  # noqa: S311  # a story, not a secret
    days = last_two_working_days(clock.today())
    story.console.print(
        f"[bold]Doorstep 外访通 · demo[/bold]  synthetic data only · office {days.office}, visits {days.visit}"
    )
    with story.step("建立演示环境 · keys, database, people"):
        set_up(var_dir, port=port)
    server = start(var_dir, port, days.at(days.office, 14))
    try:
        scheme_id = office_day(story, server, rng, days)
        server.kill()
        story.say("服务器被 kill -9，次日再启动 · the server was killed and comes back the next morning")
        server = start(var_dir, port, days.at(days.visit, 7, 50))
        phones = evening.enrol(story, morning.open_office(server.url), days, rng, var_dir)
        server.kill()
        evening.visit_all(story, phones)
        server = start(var_dir, port, days.at(days.visit, 18, 40))
        evening.push_all(story, phones, at=days.at(days.visit, 18, 40))
        server.wait_for_records()
        decision_day(story, server, scheme_id)
    finally:
        server.stop()
    finish(story, var_dir, port, keep_serving=keep_serving)


def start(var_dir: Path, port: int, at: datetime) -> ServerProcess:
    """Start the server as if it were `at`."""
    return process.start(var_dir, port=port, offset=at - clock.now())


def office_day(story: Story, server: ServerProcess, rng: Random, days: Days) -> str:
    """Play the office day; return the scheme's id."""
    office = morning.open_office(server.url)
    morning.take_in(story, office, rng, as_of=morning.day_before(days))
    list_id = morning.make_list(story, office)
    scheme_id = morning.compile_scheme(story, office, list_id, days)
    morning.approve(story, office, scheme_id)
    morning.dispatch(story, office, scheme_id)
    return scheme_id


def decision_day(story: Story, server: ServerProcess, scheme_id: str) -> None:
    """Play the evening at the office."""
    office = morning.open_office(server.url)
    visits = evening.review_visits(story, office, scheme_id)
    evening.take_back(story, office, scheme_id)
    evening.sum_up(story, office, scheme_id)
    case_id = evening.decide(story, office, visits)
    evening.build_dossier(story, office, case_id)


def finish(story: Story, var_dir: Path, port: int, *, keep_serving: bool) -> None:
    """Say where everything lies and, when wanted, serve it."""
    out = story.out
    story.console.print("\n[bold]成果 · what the day left[/bold]")
    for name, what in (
        ("scheme.pdf", "外访方案审批表 scheme"),
        ("routes.svg", "路线图 map"),
        ("routes.geojson", "GeoJSON"),
        ("handover", "对账单与催款函 statements and dunning letters"),
        ("receipts", "到访回执单 receipts"),
        ("summary.pdf", "走访汇总表 summary"),
        ("summary.xlsx", "汇总表 XLSX"),
        ("dossier.zip", "法务移送卷宗 dossier"),
    ):
        story.say(f"{what}: {out / name}")
    story.say(f"核验 verify: doorstep verify {out / 'dossier.zip'}")
    if not keep_serving:
        story.say(f"打开 open it: doorstep --var {var_dir} serve（{PASSWORD}；{morning.logins()}）")
        return
    server = process.start(var_dir, port=port, offset=timedelta())
    story.console.print(f"\n[bold]{server.url}[/bold]  密码 password: {PASSWORD}")
    story.say(f"登录 logins: {morning.logins()}")
    story.say("Ctrl-C 停止 stops")
    server.wait()
