"""gunicorn's configuration: behind a buffering proxy on the same machine.

A slow client would occupy a thread, so only the proxy may connect
(`tracker/docs/production/nginx.conf`). gunicorn's WEB_CONCURRENCY is the number of processes.
"""

from __future__ import annotations

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
# More than the limits of the settings and of tracker/lib/costly_work.py together, so that pages
# always have threads.
threads = 20
# Longer than the proxy's own timeout, so that the proxy never writes to a closed connection.
keepalive = 75
# URLs with many filters; the proxy has the same limit.
limit_request_line = 8190
# The proxy writes the access log, without the tokens in URLs.
accesslog = None
# Hides the tokens, should it be turned on.
logger_class = "tracker.lib.access_log.AccessLog"
