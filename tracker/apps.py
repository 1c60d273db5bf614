"""The project's only application."""

from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = _("Register")

    def ready(self) -> None:
        from tracker import checks  # noqa: F401, PLC0415 - registers the system checks
        from tracker.accounts import gate, sessions  # noqa: F401, PLC0415 - connects signals

        post_migrate.connect(make_cache_table, sender=self)


def make_cache_table(sender: AppConfig, **migration: Any) -> None:
    """Create the cache table after the others, if the cache is in this database."""
    call_command("createcachetable", database=migration["using"], verbosity=0)
