"""What only a browser can show. Here: where the machine keeps its Chromium."""

import os
import shutil

NO_CHROMIUM = (
    "no Chromium: none of chromium, chromium-browser and google-chrome is on PATH; "
    "install one, or name its executable in CHROMIUM"
)


def find_chromium() -> str | None:
    """The executable of CHROMIUM, or else the first Chromium on PATH; None where there is none."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)
