"""The few SVG elements a drawn map needs; every text and attribute is escaped here and nowhere else. Pure."""

from xml.sax.saxutils import escape, quoteattr

FONT = "'Noto Sans SC','PingFang SC','Microsoft YaHei','Droid Sans Fallback',sans-serif"
_NOT_IN_XML = dict.fromkeys([*range(0x20), 0x7F, 0xFFFE, 0xFFFF], None)


def element(name: str, inner: str = "", /, **attributes: str | float) -> str:
    """Return one element; `inner` is markup already escaped, `stroke_width` becomes `stroke-width`."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(str(value).translate(_NOT_IN_XML))}"
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def text(content: str, /, *, x: float, y: float, size: float = 12, **attributes: str | float) -> str:
    """Return a line of text; what a creditor's file put into it stays text."""
    return element("text", plain(content), x=x, y=y, font_size=size, **attributes)


def plain(content: str) -> str:
    """Return text safe between tags: markup escaped, characters that XML forbids left out."""
    return escape(content.translate(_NOT_IN_XML))
