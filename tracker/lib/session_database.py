"""Keep sessions and shared counters in an SQLite file of their own.

SQLite has one write lock for each file. Who signs in writes to these tables, and need not wait
until an import has written the other ones.
"""

from __future__ import annotations

import shutil
from typing import Any

from django.apps import AppConfig
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, models

ALIAS = "sessions"
# The second is Django's database cache.
_APPS = ("sessions", "django_cache")
_FILES = (DEFAULT_DB_ALIAS, ALIAS)


class SessionRouter:
    """A database router that uses the database `sessions` where DATABASES has one."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label in _APPS and ALIAS in connections else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return app_label in _APPS if db == ALIAS else None


def make_tables(sender: AppConfig, *, using: str, **migration: Any) -> None:
    """After `migrate`, create the cache table, and migrate the database `sessions` if there is one.

    Sessions that an earlier version left in the default database are deleted there.
    """
    call_command("createcachetable", database=using, verbosity=0)
    if using == DEFAULT_DB_ALIAS and ALIAS in connections:
        call_command("migrate", "sessions", database=ALIAS, interactive=False, verbosity=0)
        Session.objects.using(DEFAULT_DB_ALIAS).all().delete()
        # Whoever may not read the register's file may not read keys of sessions, either.
        shutil.copymode(*(connections[name].settings_dict["NAME"] for name in _FILES))
