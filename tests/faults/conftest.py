"""Commands typed for the installation whose disk fails."""

from tests.server.conftest import command_line

__all__ = ["command_line"]
