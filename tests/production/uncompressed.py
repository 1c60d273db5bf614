"""Settings to collect static files by, without the long compressing of each."""

from tracker.settings import *  # noqa: F403

WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["css", "js", "json", "svg", "txt", "map", "html", "ico"]
