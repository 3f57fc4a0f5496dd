"""Parts of pages that this process has drawn already.

Figures that have not changed look as they did: the key of a part holds the portfolio's revision and all else that it shows.
"""

import zlib
from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portfolio.models import Portfolio
from portfolio.selectors.cache import LONGEST_SECONDS, FigureCache
from portfolio.views.answers import PageRequest

MOST_PARTS = 2_000
MOST_BYTES = 6 * 2**20

# Packed, because a third of the memory is worth a tenth of a millisecond.
fragments = FigureCache(MOST_PARTS, MOST_BYTES, LONGEST_SECONDS, len)


def draw(request: PageRequest, template: str, portfolio: Portfolio, shown: tuple[object, ...], describe: Callable[[], dict[str, Any]]) -> SafeString:
    """Return the part as HTML; `describe` gives what the template needs, and is asked only if the part has not been drawn.

    `shown` is everything besides the portfolio's facts that the part depends on: the day, the range … The reader must have been allowed
    to see the portfolio before; people with different rights never share a part. It is drawn outside of the request's context, so it
    holds no token, nonce or message of anyone.
    """
    key = (template, portfolio.pk, portfolio.revision, portfolio.version, portfolio.reader_role, request.user.locale, *shown)

    def make() -> bytes:
        html = render_to_string(template, {"portfolio": portfolio, "request": request, **describe()})
        return zlib.compress(html.encode(), level=1)

    # The engine has escaped it when it was drawn.
    return SafeString(zlib.decompress(fragments.get_or_make(key, make)).decode())  # nosec B703
