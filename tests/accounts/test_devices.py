"""User agents in words."""

import pytest

from accounts.devices import LONGEST, describe_device

SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox 133 on Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME}", "Chrome 131 on macOS"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/131.0.2903.70", "Edge 131 on Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} OPR/116.0.0.0", "Opera 116 on Linux"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {SAFARI}", "Safari 18 on iPhone"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {CHROME}", "Chrome 131 on Android"),
        ("curl/8.11.0", "curl/8.11.0"),
        ("", ""),
    ],
)
def test_agent_is_told_in_words(agent: str, device: str) -> None:
    assert describe_device(agent) == device


def test_agent_from_outside_is_cut_and_made_printable() -> None:
    assert describe_device("a\x00b\r\nc\ud800" + "x" * 5000) == "abc" + "x" * (LONGEST - 3)
    assert len(describe_device("y" * 100_000)) == LONGEST
