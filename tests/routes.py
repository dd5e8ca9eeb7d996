"""Routes that are compiled once for all applications of a process, for tests make applications by the thousand.

werkzeug parses each route anew for each application, and compiles two functions to build its URLs with, together nine
tenths of the work of making an application. Here a route is parsed once, and its builders are compiled when one is
asked for, which nearly no view does. Matching is as it ever was.
"""

from werkzeug.routing import Rule

_parse, _eager = Rule.compile, Rule._compile_builder  # noqa: SLF001  # there is no other seam
_parsed = {}


def compile_seldom():
    """Parse a route once and put its builders off, in this process."""
    Rule.compile, Rule._compile_builder = _once, _lazy  # noqa: SLF001


def _once(rule):
    key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, rule.map.host_matching)
    if key not in _parsed:
        _parse(rule)
        _parsed[key] = rule._parts, rule._trace, rule._converters  # noqa: SLF001
        return
    rule._parts, rule._trace, rule._converters = _parsed[key]  # noqa: SLF001
    rule.arguments.update(rule._converters)  # noqa: SLF001
    rule._build = _lazy(rule, append_unknown=False).__get__(rule)  # noqa: SLF001
    rule._build_unknown = _lazy(rule, append_unknown=True).__get__(rule)  # noqa: SLF001


def _lazy(rule, append_unknown=True):  # noqa: FBT002  # as werkzeug has it
    made = []

    def build(self, **values):
        if not made:
            made.append(_eager(rule, append_unknown))
        return made[0](self, **values)

    return build
