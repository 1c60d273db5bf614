"""The project's only application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = _("Register")

    def ready(self) -> None:
        from tracker import checks  # noqa: F401, PLC0415 - registers the system checks
        from tracker.accounts import (  # noqa: PLC0415 - connects signals
            gate,  # noqa: F401
            last_use,  # noqa: F401
            sessions,  # noqa: F401
        )
        from tracker.lib.session_database import make_tables  # noqa: PLC0415 - imports models

        post_migrate.connect(make_tables, sender=self)
