"""Signing in at the console with a second factor, and passkeys, in a real Chromium with an authenticator in it."""

import base64
import json
import os
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select, update

from server.accounts.models import Passkey, TotpFactor
from server.db import begin_write, db
from tests import live
from tests.browser import Page
from tests.cast import PASSWORD

NEW = "瓦片-teapot-orbit-7"
TYPE = """(() => {
  const box = [...document.querySelectorAll(%s)].at(-1);
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  set.call(box, %s);
  box.dispatchEvent(new Event('input', {bubbles: true}));
})()"""
BUTTON = """[...document.querySelectorAll('button')].filter(
  (one) => one.innerText.trim() === %s && !one.disabled && one.offsetParent && !one.closest('[class*=leave-active]'))"""


@pytest.fixture
def owing():
    """The roles that owe a second factor: none, unless a test says."""
    return frozenset()


@pytest.fixture
def desk(app, owing):
    """The console in a browser, nobody signed in: `.type`, `.press`, `.see`."""
    port = live.free_port()
    url = f"http://localhost:{port}"
    settings = replace(app.extensions["doorstep"], public_url=url, second_factor_roles=owing)
    page = Page()
    try:
        with live.serving(settings, workers=1, port=port):
            page.call("Emulation.setDeviceMetricsOverride", width=1100, height=1000, deviceScaleFactor=1, mobile=False)
            page.type = lambda selector, text: page.run(TYPE % (json.dumps(selector), json.dumps(text)))
            page.see = lambda text: page.wait(f"document.body.innerText.includes({json.dumps(text)})")
            page.press = lambda text: press(page, text)
            page.url = settings.public_url + "/console/"
            page.open(page.url + "me")
            yield page
    finally:
        page.kill()


def press(page, text):
    found = BUTTON % json.dumps(text)
    page.wait(f"{found}.length > 0")
    page.run(f"{found}.at(-1).click()")


def sign_in(page, name="guo", otp=None, password=PASSWORD):
    page.wait("document.querySelector('input[name=username]') !== null")
    page.type("input[name=username]", name)
    page.type("input[name=password]", password)
    press(page, "登录")
    if otp:
        page.wait("document.querySelector('input[name=otp]') === document.activeElement")
        page.type("input[name=otp]", otp)
        press(page, "登录")


def look(page, name):
    """Keep a picture for somebody to look at, where DOORSTEP_GALLERY says."""
    if folder := os.environ.get("DOORSTEP_GALLERY"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        png = base64.b64decode(page.call("Page.captureScreenshot")["data"])
        (Path(folder) / f"{name}.png").write_bytes(png)


def set_up_totp(page):
    """Turn the second factor on as a person does; return the secret and the recovery codes."""
    press(page, "设置双因素登录")
    page.wait("document.querySelector('.el-dialog input[name=password]') !== null")
    page.type(".el-dialog input[name=password]", PASSWORD)
    press(page, "确定")
    page.wait("document.querySelector('.el-dialog img.qr')?.naturalWidth > 100")
    look(page, "me-totp-qr")
    secret = page.run("document.querySelector('code.secret').innerText")
    page.type(".el-dialog input[name=otp]", pyotp.TOTP(secret).now())
    press(page, "确认启用")
    page.wait("document.querySelectorAll('.codes li').length === 10")
    look(page, "me-recovery-codes")
    codes = json.loads(
        page.run("JSON.stringify([...document.querySelectorAll('.codes code')].map((one) => one.innerText))")
    )
    press(page, "我已保存恢复码")
    return secret, codes


class TestPassword:
    def test_is_changed_by_its_owner_and_a_leaked_one_refused(self, desk, app):
        sign_in(desk)
        press(desk, "修改密码")
        desk.wait("document.querySelector('.el-dialog input[name=new-password-again]') !== null")
        desk.type(".el-dialog input[name=password]", PASSWORD)
        for wanted in ("iloveyou123", NEW):
            desk.type(".el-dialog input[name=new-password]", wanted)
            desk.type(".el-dialog input[name=new-password-again]", wanted)
            press(desk, "修改密码")
            desk.see("密码过于常见或容易猜到" if wanted == "iloveyou123" else "密码已修改")
            look(desk, f"me-password-{len(wanted)}")
        told = {"username": "guo", "password": NEW}
        assert app.test_client().post("/v1/auth/token", json=told).status_code == 200


class TestFirstPassword:
    def test_is_handed_over_and_soon_replaced(self, desk):
        sign_in(desk, "an")
        desk.see("修改密码")
        desk.open(desk.url + "people")
        press(desk, "新增人员…")
        desk.wait("document.querySelector('.el-dialog input[name=staff_no]') !== null")
        for name, text in {"name": "新人", "new-username": "new.one", "staff_no": "WF-77"}.items():
            desk.type(f".el-dialog input[name={name}]", text)
        desk.run("document.querySelector('.el-dialog .el-checkbox input[value=supervisor]').click()")
        press(desk, "保存")
        desk.see("「新人」的初始密码")
        desk.wait("document.querySelector('.secret code')?.innerText.length === 19")
        look(desk, "people-first-password")
        first = desk.run("document.querySelector('.secret code').innerText")
        press(desk, "关闭")
        desk.see("初始密码至")
        look(desk, "people-with-first-password")
        press(desk, "退出")
        sign_in(desk, "new.one", password=first)
        desk.see("请先设置自己的密码")
        assert desk.run("document.querySelector('.frame')") is None
        desk.wait("document.querySelector('input[name=username]') === null")  # the form before has left
        desk.wait("document.querySelector('input[name=new-password-again]') !== null")
        for name, text in {"password": first, "new-password": NEW, "new-password-again": NEW}.items():
            desk.type(f"input[name={name}]", text)
        look(desk, "owed-password")
        press(desk, "修改密码")
        desk.wait("document.querySelector('.frame') !== null")
        assert desk.run("document.body.innerText.includes('请先设置')") is False


class TestSecondFactor:
    def test_is_set_up_asked_for_at_the_next_sign_in_and_turned_off(self, desk, in_app):
        sign_in(desk)
        desk.see("双因素登录")
        secret, codes = set_up_totp(desk)
        desk.see("剩余恢复码 10 个")
        look(desk, "me-totp-on")
        db.session.rollback()
        begin_write()  # the code was used: let the clock of the factor stand half a minute back
        db.session.execute(update(TotpFactor).values(last_step=0))
        db.session.commit()
        press(desk, "退出")
        sign_in(desk, otp="000000")
        desk.see("验证码错误或已使用")
        look(desk, "sign-in-wrong-code")
        desk.type("input[name=otp]", pyotp.TOTP(secret).now())
        press(desk, "登录")
        desk.wait("document.querySelector('.sign-in') === null")
        desk.open(desk.url + "me")
        desk.see("剩余恢复码 10 个")
        press(desk, "停用双因素登录")
        desk.wait("document.querySelector('.el-dialog input[name=otp]') !== null")
        desk.type(".el-dialog input[name=otp]", "not a code of mine")
        press(desk, "停用双因素登录")
        desk.see("验证码错误或已使用")  # and the session lives on: no sign-in form over the page
        assert desk.run("document.querySelector('.sign-in')") is None
        desk.type(".el-dialog input[name=otp]", codes[0])
        press(desk, "停用双因素登录")
        desk.see("未启用")
        db.session.rollback()
        assert db.session.scalar(select(TotpFactor)) is None


class TestSigningOut:
    def test_leaves_nothing_in_the_browser(self, desk):
        sign_in(desk)
        desk.see("双因素登录")
        desk.run("sessionStorage.setItem('doorstep.picked', '张三')")
        press(desk, "退出")
        desk.wait("document.querySelector('input[name=username]') !== null")
        assert desk.run("sessionStorage.length") == 0
        assert not desk.run("document.body.innerText.includes('郭总')")


class TestOwedFactor:
    @pytest.fixture
    def owing(self):
        return frozenset({"manager"})

    def test_is_set_up_before_anything_else_is_seen(self, desk):
        sign_in(desk)
        desk.see("请先启用双因素登录")
        look(desk, "owed-factor")
        assert desk.run("document.querySelector('.frame')") is None
        set_up_totp(desk)
        desk.wait("document.querySelector('.frame') !== null")
        desk.open(desk.url + "me")
        desk.see("剩余恢复码 10 个")

    def test_is_not_asked_of_others(self, desk):
        sign_in(desk, "zhou")
        desk.wait("document.querySelector('.frame') !== null")


class TestSessions:
    def test_are_seen_and_ended_with_the_password(self, desk, app):
        told = {"username": "guo", "password": PASSWORD}
        tokens = [app.test_client().post("/v1/auth/token", json=told).json["access_token"] for _ in range(2)]
        sign_in(desk)
        desk.wait("document.querySelectorAll('.sessions li').length === 3")
        desk.see("Chrome · Linux")
        look(desk, "me-sessions")
        press(desk, "退出此登录")
        desk.wait("document.querySelector('.el-dialog input[name=password]') !== null")
        desk.type(".el-dialog input[name=password]", "not my password")
        press(desk, "确定")
        desk.see("用户名或密码错误")
        desk.type(".el-dialog input[name=password]", PASSWORD)
        press(desk, "确定")
        desk.wait("document.querySelectorAll('.sessions li').length === 2")
        assert sorted(status(app, one) for one in tokens) == [200, 401]
        press(desk, "退出其他全部登录")
        desk.wait("document.querySelector('.el-dialog input[name=password]') !== null")
        desk.type(".el-dialog input[name=password]", PASSWORD)
        press(desk, "确定")
        desk.wait("document.querySelectorAll('.sessions li').length === 1")
        assert [status(app, one) for one in tokens] == [401, 401]

    def test_of_a_person_are_ended_by_an_admin(self, desk, app):
        told = {"username": "lin", "password": PASSWORD}
        token = app.test_client().post("/v1/auth/token", json=told).json["access_token"]
        sign_in(desk, "an")
        desk.see("本机")
        desk.open(desk.url + "people")
        desk.wait("document.querySelector('button[aria-label=\"修改 林筛\"]') !== null")
        desk.run("document.querySelector('button[aria-label=\"修改 林筛\"]').click()")
        desk.wait("document.querySelector('.el-dialog input[name=name]')?.value === '林筛'")
        press(desk, "退出其全部登录…")
        desk.see("在所有浏览器和程序上的登录")
        press(desk, "确定")
        desk.see("已全部退出")
        assert status(app, token) == 401


def status(app, token):
    return app.test_client().get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


class TestPasskeys:
    def test_are_made_named_and_asked_for_before_one_is_removed(self, desk, in_app):
        desk.call("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        authenticator = desk.call("WebAuthn.addVirtualAuthenticator", options=options)["authenticatorId"]
        sign_in(desk)
        desk.see("还没有登记通行密钥")
        press(desk, "登记通行密钥")
        desk.wait("document.querySelector('input[name=passkey-name]') !== null")
        desk.type("input[name=passkey-name]", "郭总的电脑")
        desk.type(".el-dialog input[name=password]", PASSWORD)
        press(desk, "登记通行密钥")
        desk.see("只有一个通行密钥")
        look(desk, "me-passkey")
        (kept,) = db.session.scalars(select(Passkey))
        assert kept.name == "郭总的电脑"

        press(desk, "删除")
        press(desk, "确定")
        desk.see("请确认是您本人")
        look(desk, "me-step-up")
        press(desk, "取消")  # who thinks better of it reads why nothing happened
        desk.see("请先用通行密钥确认本人操作")
        db.session.rollback()
        assert db.session.scalar(select(Passkey)) is not None

        press(desk, "删除")
        press(desk, "确定")
        press(desk, "使用通行密钥")
        desk.see("还没有登记通行密钥")
        db.session.rollback()
        assert db.session.scalar(select(Passkey)) is None
        desk.call("WebAuthn.removeVirtualAuthenticator", authenticatorId=authenticator)
