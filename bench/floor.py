"""The floor of the sync bench: Flask under the same gunicorn that parses the body and answers an empty list."""

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue


def create_floor() -> Flask:
    """Return an application with one view that parses JSON and keeps nothing."""
    app = Flask("floor")

    @app.post("/v1/sync/records/push")
    def take() -> ResponseReturnValue:
        """Parse the rows and forget them."""
        rows = request.get_json()
        return jsonify([]) if isinstance(rows, list) else ("not a list", 400)

    return app
