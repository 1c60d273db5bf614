"""Who signs in, each test with fresh limits."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """What another test tried does not count here."""
    cache.clear()


@pytest.fixture
def ann(db: None) -> User:
    """An administrator with an e-mail address that is written with capitals."""
    return User.objects.create_superuser("ann", email="Ann.Lee@Example.org", password=PASSWORD)
