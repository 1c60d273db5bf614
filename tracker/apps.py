"""The one application of the project."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = _("Register")

    def ready(self) -> None:
        from tracker import checks  # noqa: F401, PLC0415 - registers the system checks
