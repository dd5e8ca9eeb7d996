"""Figures for a monitoring system. They tell nothing of a person, but how much goes on is nobody's business outside."""

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from server import clock, config
from server.accounts.auth import bearer, public
from server.body import answers
from server.console import metrics
from server.errors import Missing, NotSignedIn

bp = Blueprint("metrics", __name__)
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")


class MetricsElsewhere(Missing):
    """Metrics are read on the server's own machine, or with the token."""


@bp.record_once
def watch(state: object) -> None:
    """Begin to time the requests of the application this is mounted on."""
    metrics.watch(state.app)  # type: ignore[attr-defined]


@bp.get("/metrics")
@public("loopback only, or the token of the settings")
@answers(None, content_type="text/plain")
def show_metrics() -> ResponseReturnValue:
    """Answer figures in Prometheus' text format: phones, pushes, uploads, feed, jobs, request durations."""
    check_reader(config.current().metrics_token)
    return Response(metrics.text(clock.now()), content_type=CONTENT_TYPE_LATEST)


def check_reader(token: str) -> None:
    """Let a caller read the figures: with the token when one is set, else from this machine and through no proxy.

    Raises NotSignedIn or MetricsElsewhere.
    """
    if token:
        if not hmac.compare_digest((bearer() or "").encode(), token.encode()):
            raise NotSignedIn("send the metrics token")
        return
    # A proxy on the same machine makes every caller look local; its headers give it away.
    is_local = ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104
    if not is_local or any(name in request.headers for name in FORWARDED):
        raise MetricsElsewhere("set DOORSTEP_METRICS_TOKEN to read them from elsewhere")
