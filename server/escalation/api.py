"""HTTP of the slice `escalation`."""

from flask import Blueprint

bp = Blueprint("escalation", __name__, url_prefix="/v1")
