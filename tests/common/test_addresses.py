"""Where a request comes from, and who may say so."""

import pytest

from common.addresses import read_client_address

PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        (PROXY, "198.51.100.7", "198.51.100.7"),
        (PROXY, "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        (PROXY, "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (PROXY, "nonsense", PROXY),
        (PROXY, "198.51.100.7, nonsense", PROXY),
        (PROXY, "10.0.0.3", "10.0.0.3"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("2001:DB8::1", "", "2001:db8::1"),
        ("", "198.51.100.7", None),
        ("unix:", "", None),
    ],
)
def test_only_our_own_proxies_are_believed(settings, peer: str, forwarded: str, address: str | None) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert read_client_address({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}) == address


def test_nobody_is_believed_unless_named(settings) -> None:
    settings.TRUSTED_PROXIES = []
    assert read_client_address({"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": "198.51.100.7"}) == PROXY
    assert read_client_address({}) is None
