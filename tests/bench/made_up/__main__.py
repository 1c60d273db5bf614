"""`DATABASE_URL=... python -m tests.bench.made_up --commitments 10000`, after `migrate`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
django.setup()

from tests.bench.made_up.register import MakeRegister  # noqa: E402 - models need the settings

MakeRegister().run_from_argv(["python -m", "tests.bench.made_up", *sys.argv[1:]])
