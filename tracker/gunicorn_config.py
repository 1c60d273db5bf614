"""How gunicorn serves the register: behind a proxy that buffers, on this machine alone.

A thread is held by whoever sends or reads slowly, so nothing but the proxy may connect:
`tracker/docs/production/nginx.conf`. The number of processes is gunicorn's own WEB_CONCURRENCY.
"""

from __future__ import annotations

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 16
# Longer than the proxy keeps a connection that is idle, so that it never writes into a closed one.
keepalive = 75
# Addresses with many filters; the proxy takes as many letters.
limit_request_line = 8190
# The proxy writes the log, without the tokens that are in addresses.
accesslog = None
# Should it be turned on, they stay out of it, too.
logger_class = "tracker.lib.access_log.AccessLog"
