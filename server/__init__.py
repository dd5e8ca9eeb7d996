"""The server: vertical slices over the three libraries. Read `docs/architecture.md` first."""

import os

# openpyxl would rather read a creditor's file with lxml, which the seal brings along, and then entities in it are no
# longer refused; told before anybody imports it.
os.environ["OPENPYXL_LXML"] = "False"
