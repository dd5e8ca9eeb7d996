"""HTTP of the slice `cases`."""

from flask import Blueprint

bp = Blueprint("cases", __name__, url_prefix="/v1")
