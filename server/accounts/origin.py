"""A browser's change has to come from our own pages, whatever cookies it carries.

Source: OWASP ASVS 5.0 3.5.1-3.5.3; W3C Fetch Metadata. Browsers set both headers, and no script of another site can.
"""

from urllib.parse import urlsplit

from flask import request

from server import config
from server.errors import NotAllowed

OURS = {"", "same-origin", "none"}


class ForeignForm(NotAllowed):
    """The form came from another site."""


def require_same_site() -> None:
    """Refuse what another site's page sends. Raises ForeignForm."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site not in OURS:
        raise ForeignForm(f"the browser says it is {site[:20]}")
    origin = request.headers.get("Origin")
    if not origin or origin == "null":  # a form of a page without referrer says null; Sec-Fetch-Site spoke for it
        return
    if urlsplit(origin).netloc not in {request.host, urlsplit(config.current().public_url).netloc}:
        raise ForeignForm(f"the origin is {origin[:100]}")
