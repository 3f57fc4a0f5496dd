"""A browser's User-Agent in words that its owner recognises."""

import re

LONGEST = 200

# In this order: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
BROWSERS = (
    ("Edge", re.compile(r"Edg(?:A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"OPR/(\d+)")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"Version/(\d+)[\d.]* .*Safari/")),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def describe_device(user_agent: str) -> str:
    """Return e.g. "Firefox 130 on Linux"; an agent that is no known browser is given back as it is, cut and printable."""
    user_agent = user_agent[: 2 * LONGEST]
    browser = next((f"{name} {found[1]}" for name, pattern in BROWSERS if (found := pattern.search(user_agent))), "")
    if not browser:
        return "".join(character for character in user_agent if character.isprintable())[:LONGEST]
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
