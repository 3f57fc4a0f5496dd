"""Runs one module's `main` with Django in the stack's environment and prints what it returns as JSON: `python -m … inside NAME ARGUMENTS`."""

import json
import os
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.stdout.write(json.dumps(import_module(f"tests.perf.bench.{sys.argv[1]}").main(*sys.argv[2:])))
