"""What the darkroom said of a photo, for the same few photos go through it in hundreds of tests.

Looking at one takes a process of its own (0.1 s); the same bytes have the same verdict. What a test does to that
process itself, or to its time, is never remembered.
"""

from server.visits.darkroom import guard

_look, _command, _told = guard._run, guard._COMMAND, {}  # noqa: SLF001  # there is no other seam
LONGEST = 1024 * 1024  # bytes of a file that is remembered


def pictures():
    """Ask the darkroom once about the same files, in this process."""
    guard._run = _once  # noqa: SLF001


def _once(files, timeout_s):
    key = tuple(files)
    usual = guard._COMMAND is _command and timeout_s == guard.TIMEOUT_S * len(files)  # noqa: SLF001
    if not usual or sum(len(content) for _, content in files) > LONGEST:
        return _look(files, timeout_s)
    if key not in _told:
        _told[key] = tuple(_look(files, timeout_s))
    return list(_told[key])
