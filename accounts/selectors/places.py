"""Reads about where people sign in from."""

import ipaddress
import re

from accounts.models import User, UserSession
from common.text import has_unwanted


def is_known_address(*, email: str, address: str | None) -> bool:
    """Return whether the account of that e-mail address has had a session from there; sessions are kept for 90 days.

    One query whether there is such an account or not.
    """
    email = User.normalize_username(email[:1000])
    if address is None or has_unwanted(email):
        return False
    return UserSession.objects.filter(user__email=email, ip=address).exists()


def is_new_place(*, session: UserSession) -> bool:
    """Return whether the user had no earlier session with this kind of device in this network."""
    earlier = UserSession.objects.filter(user_id=session.user_id, created_at__lte=session.created_at).exclude(pk=session.pk)
    places = {(_name_family(device), _find_network(ip)) for device, ip in earlier.values_list("device", "ip").distinct()}
    return (_name_family(session.device), _find_network(session.ip)) not in places


def _name_family(device: str) -> str:
    # A browser that has updated itself is not a new device.
    return re.sub(r"[\d.]+", "", device)


def _find_network(ip: str | None) -> str:
    """Return the network around the address, within which providers move their customers."""
    if not ip:
        return ""
    address = ipaddress.ip_address(ip)
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
