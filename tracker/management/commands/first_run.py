"""manage.py first_run: set up an empty installation; later runs keep the data."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from tracker.queries.visibility import log_head


class Command(BaseCommand):
    help = "Migrate, load the shipped register into an empty log, and make a first staff account."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if log_head().seq == 0:
            call_command("load_register", str(settings.SHIPPED_REGISTER), stdout=self.stdout)
        users = get_user_model()
        if not users._default_manager.exists():
            password = secrets.token_urlsafe(12)
            users._default_manager.create_superuser(username="staff", password=password)
            self.stdout.write(
                f"Staff account: user “staff”, password “{password}”. It is shown only now."
            )
