"""How the server's log is written: one JSON object a line, in UTC, whatever stands in a message.

A line end or an escape of a terminal inside a message stays inside its JSON string: nobody writes a line of his own.
Source: OWASP ASVS 5.0 16.2.2, 16.2.4, 16.4.1.
"""

import json
import logging
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """Formats a record as `{"at", "level", "logger", "message"}`, with `trace` when there is an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def begin() -> None:
    """Write the log of this process to standard error, from INFO on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
