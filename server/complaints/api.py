"""HTTP of the slice `complaints`."""

from flask import Blueprint

bp = Blueprint("complaints", __name__, url_prefix="/v1")
