"""`python -m tests.project.migrations_check`: the migrations give exactly the tables of the models (flask db check)."""

import sys
import tempfile
from pathlib import Path

from flask_migrate import check

from server import config
from server.app import create_app, migrations_dir, upgrade_database
from server.keys import make_keys


def main() -> int:
    """Upgrade an empty SQLite database and compare; exit 1 on drift."""
    with tempfile.TemporaryDirectory() as folder:
        make_keys(Path(folder) / "keys")
        app = create_app(config.load(Path(folder)))
        with app.app_context():
            upgrade_database()
            check(directory=str(migrations_dir()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
