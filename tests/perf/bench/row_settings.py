"""The settings of the stack, but every address reads one row."""

from config.settings import *  # noqa: F403 - the stack's own, with one change

ROOT_URLCONF = "tests.perf.bench.row"
