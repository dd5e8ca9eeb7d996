"""The drills run on SQLite with every test; on PostgreSQL in the soak (DOORSTEP_SOAK=1), as they take minutes there."""

import os


def pytest_ignore_collect(collection_path, config):
    is_drill = collection_path.name.startswith("test_")
    return True if is_drill and config.getoption("--db") == "postgres" and not os.environ.get("DOORSTEP_SOAK") else None
