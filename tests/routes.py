"""Routes whose builders of URLs are compiled when one is asked for, for tests make applications by the thousand.

werkzeug compiles two functions for each route to build its URLs with, nine tenths of the work of making an application,
and nearly no view builds any. Matching is as it ever was.
"""

from werkzeug.routing import Rule

_eager = Rule._compile_builder  # noqa: SLF001  # there is no other seam


def compile_lazily():
    """Put the compilation off, in this process."""
    Rule._compile_builder = _lazy  # noqa: SLF001


def _lazy(rule, append_unknown):
    made = []

    def build(self, **values):
        if not made:
            made.append(_eager(rule, append_unknown))
        return made[0](self, **values)

    return build
