"""Bring stored e-mail addresses to their normal form; of two spellings of one, one goes on."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from tracker.lib.email_addresses import normal_address


def normalise(apps: Any, schema_editor: Any) -> None:
    subscriptions = apps.get_model("tracker", "Subscription").objects.filter(channel="email")
    for subscription in subscriptions.order_by("pk"):
        address = normal_address(subscription.address)
        if address == subscription.address:
            continue
        twin = subscriptions.filter(address=address, query=subscription.query).first()
        if twin is not None and (twin.state == "active" or subscription.state != "active"):
            subscription.delete()
            continue
        if twin is not None:
            twin.delete()
        subscription.address = address
        subscription.save(update_fields=["address"])


class Migration(migrations.Migration):
    dependencies = (("tracker", "0017_tries_of_uploads"),)

    operations = (migrations.RunPython(normalise, migrations.RunPython.noop),)
