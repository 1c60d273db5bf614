"""Upgrading deletes the network addresses that limits had kept, and nothing else."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

TABLE = {"BACKEND": "tracker.lib.shared_cache.SharedTable", "LOCATION": "shared_by_processes"}
forget = import_module("tracker.migrations.0016_forget_raw_networks").forget


@pytest.mark.django_db
@override_settings(CACHES={**settings.CACHES, "default": TABLE})
def test_addresses_go_and_the_rest_stays() -> None:
    call_command("createcachetable", verbosity=0)
    cache.clear()
    old, other = "allauth:rl:allauth.account:login:30/60/ip:ip:203.0.113.9", "another"
    cache.set_many({old: [1.0], other: 2})
    forget(None, SimpleNamespace(connection=connection))
    assert cache.get_many([old, other]) == {other: 2}
