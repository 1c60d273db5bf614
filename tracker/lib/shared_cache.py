"""The caches that processes share: Django's table in the database, or a Redis or Valkey."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from django.db import OperationalError, router, transaction
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
_T = TypeVar("_T")

# Seconds to wait for a server that is on the same network and answers within milliseconds.
_PATIENCE = 0.25
# Seconds without responses from a server that failed, so that only one request in a while waits.
_REST = 5
# When the server at an address may be asked again, for all threads of this process.
_resting_until: dict[str, float] = {}


class SharedTable(DatabaseCache):
    """Make `add` raise OperationalError while the database cannot be written.

    Django's backend returns False then, as if the key existed. Rate limits count with `add`, so
    everybody who signs in while an import holds SQLite's lock, or while the disk is full, would be
    refused for too many attempts.
    """

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        database = router.db_for_write(self.cache_model_class)
        for _attempt in range(2):  # another process may have added and deleted it in between
            with transaction.atomic(using=database):  # on SQLite it takes the write lock at once
                if super().add(key, value, timeout, version):
                    return True
                if self.has_key(key, version):
                    return False
        raise OperationalError("The database stores nothing at present.")


class _Impatient(RedisCache):
    """A Redis that fails within a fraction of a second, instead of after redis-py's retries."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        usual = {
            "socket_timeout": _PATIENCE,
            "socket_connect_timeout": _PATIENCE,
            # Once more on a new connection, should the server have closed this one meanwhile.
            "retry": Retry(NoBackoff(), 1, (RedisConnectionError,)),
        }
        super().__init__(server, {**params, "OPTIONS": {**usual, **params.get("OPTIONS", {})}})
        self._address = server


class SharedCounters(_Impatient):
    """Make a Redis that fails raise OperationalError, as the table in the database does.

    What cannot be counted is refused for the time being: nobody guesses passwords uncounted, and
    no attempt is lost.
    """

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(_counted(super().add, *args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return _counted(super().get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        _counted(super().set, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(_counted(super().delete, *args, **kwargs))


def _counted(command: Callable[..., _T], *args: Any, **kwargs: Any) -> _T:
    try:
        return command(*args, **kwargs)
    except RedisError as error:
        raise OperationalError("The cache of CACHE_URL does not answer.") from error


class SharedAnswers(_Impatient):
    """Make a Redis that fails find nothing and store nothing: responses are then made anew.

    After a failure it is left alone for some seconds.
    """

    def get(self, key: str, default: Any | None = None, version: int | None = None) -> Any:
        return self._tried(super().get, key, default, version, otherwise=default)

    def set(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self._tried(super().set, key, value, timeout, version, otherwise=None)

    def _tried(self, command: Callable[..., Any], *args: Any, otherwise: Any) -> Any:
        if time.monotonic() < _resting_until.get(self._address, 0):
            return otherwise
        try:
            return command(*args)
        except RedisError as error:
            _resting_until[self._address] = time.monotonic() + _REST
            logger.warning("Responses are not shared for %d s: %s", _REST, error)
            return otherwise
