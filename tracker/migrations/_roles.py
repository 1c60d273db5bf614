"""The groups of staff, each with what it may do. A migration that adds a noun makes them again."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management import create_permissions

# The applications whose records staff see: accounts, their second factors, the register.
HOUSE = ("auth", "mfa", "tracker")
# What is edited as a draft.
NOUNS = (
    *("alias", "citation", "commitment", "forum", "meeting", "note", "party", "source"),
    *("passageleftout", "statusupdate", "topic"),
)
# The log itself is public; who wrote a line is seen by all of the staff.
CONTRIBUTOR = {
    *(f"{verb}_{noun}" for verb in ("view", "add", "change", "delete") for noun in NOUNS),
    "view_change",
}
EDITOR = CONTRIBUTOR | {"publish"}


def make_groups(apps: Any, *, using: str = "default") -> None:
    """Make the four groups, or give them again exactly what they may do."""
    for label in HOUSE:
        config = apps.get_app_config(label)
        # Django makes permissions after all migrations; these groups need them now.
        kept, config.models_module = getattr(config, "models_module", None), True
        create_permissions(config, verbosity=0, using=using, apps=apps)
        config.models_module = kept
    every = apps.get_model("auth", "Permission").objects.using(using)
    of_the_house = every.filter(content_type__app_label__in=HOUSE)
    ours = every.filter(content_type__app_label="tracker")
    for name, permissions in (
        ("Contributor", ours.filter(codename__in=CONTRIBUTOR)),
        ("Editor", ours.filter(codename__in=EDITOR)),
        ("Administrator", of_the_house),
        ("Auditor", of_the_house.filter(codename__startswith="view_")),
    ):
        group, _made = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=name)
        group.permissions.set(permissions)
