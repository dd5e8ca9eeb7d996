"""What a worker of the web keeps in memory: nothing that only a few calls, or only commands and jobs, ever need.

And what the darkroom loads each time that it is started.
"""

import subprocess
import sys

from alembic.script import ScriptDirectory
from openpyxl.utils import get_column_letter

from field_forms import sheets
from server.app import migrations_dir
from server.cases.workbook import MAX_COLUMNS, column_letter
from server.console.health import newest_migration

NEEDLESS = (
    "alembic",
    "geopy",
    "icalendar",
    "jsonschema",
    "numpy",
    "openpyxl",
    "psycopg",
    "pyhanko",
    "pyvrp",
    "requests",
    "webauthn",
    "zxcvbn",
)
_TELL = (
    "import sys; from server import app; app.load_models(); list(app.blueprints()); "
    f"print([name for name in {NEEDLESS!r} if name in sys.modules])"
)


def test_the_web_loads_nothing_it_hardly_ever_needs():
    told = subprocess.run([sys.executable, "-c", _TELL], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_darkroom_starts_without_numpy():
    told = "import sys; from server.visits.darkroom import look; print('numpy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_the_newest_migration_is_the_one_that_alembic_would_go_to():
    assert [newest_migration(migrations_dir())] == ScriptDirectory(str(migrations_dir())).get_heads()


def test_columns_have_the_letters_that_a_spreadsheet_gives_them():
    for index in range(MAX_COLUMNS):
        assert column_letter(index) == get_column_letter(index + 1)
        assert sheets._letter(index) == get_column_letter(index + 1)  # noqa: SLF001
