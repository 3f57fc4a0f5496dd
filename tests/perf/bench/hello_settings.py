"""The settings of the stack, but the server serves nothing."""

from config.settings import *  # noqa: F403 - the stack's own, with one change

WSGI_APPLICATION = "tests.perf.bench.hello.application"
