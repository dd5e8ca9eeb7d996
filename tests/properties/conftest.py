"""The machine of hostile days runs in the soak only (DOORSTEP_SOAK=1): a useful run takes many minutes."""

import os


def pytest_ignore_collect(collection_path, config):
    return True if collection_path.name.startswith("test_") and not os.environ.get("DOORSTEP_SOAK") else None
