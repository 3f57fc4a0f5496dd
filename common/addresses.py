"""Where a request comes from."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_client_address(meta: Mapping[str, Any]) -> str | None:
    """Return the address of the client from the WSGI environ (`request.META`), or None when there is none.

    X-Forwarded-For counts only when the peer is one of TRUSTED_PROXIES, and is read from its right end: what stands
    left of the first address that is not such a proxy was written by the client and proves nothing.
    """
    address = _clean(str(meta.get("REMOTE_ADDR") or ""))
    trusted = _list_networks(tuple(settings.TRUSTED_PROXIES))
    for hop in reversed(str(meta.get("HTTP_X_FORWARDED_FOR") or "").split(",")):
        known = _clean(hop)
        if address is None or known is None or not _is_in(address, trusted):
            break
        address = known
    return address


def _clean(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    return any(ipaddress.ip_address(address) in network for network in networks)


@lru_cache(maxsize=4)
def _list_networks(proxies: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)
