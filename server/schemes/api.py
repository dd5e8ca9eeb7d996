"""HTTP of the slice `schemes`."""

from flask import Blueprint

bp = Blueprint("schemes", __name__, url_prefix="/v1")
