"""gunicorn's configuration: behind a buffering proxy on the same machine.

A slow client would occupy a thread, so only the proxy may connect
(`tracker/docs/production/nginx.conf`). gunicorn's WEB_CONCURRENCY is the number of processes.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from gunicorn.workers.base import Worker

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
# More than the limits of the settings and of tracker/lib/costly_work.py together, so that pages
# always have threads.
threads = 36
# Longer than the proxy's own timeout, so that the proxy never writes to a closed connection.
keepalive = 75
# URLs with many filters; the proxy has the same limit.
limit_request_line = 8190
# Where each process says that it lives: on a disk that others keep busy that may take so long that
# it is killed.
if Path("/dev/shm").is_dir():  # noqa: S108 - gunicorn makes the file, and removes its name
    worker_tmp_dir = "/dev/shm"  # noqa: S108
# The proxy writes the access log, without the tokens in URLs.
accesslog = None
# Hides the tokens, should it be turned on.
logger_class = "tracker.lib.access_log.AccessLog"


def post_worker_init(worker: Worker) -> None:
    """Let a thread that computes hold up the others as little as possible."""
    # A thread that returns a cached page gives up the interpreter's lock some ten times, each time
    # that it reads or sends, and waits as long to have it back from one that computes.
    sys.setswitchinterval(0.0001)
    # What was imported stays: full collections, which stop all threads, take half as long.
    gc.collect()
    gc.freeze()
