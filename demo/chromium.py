"""Finds the Chromium that browser tests drive."""

import os
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The program `$CHROMIUM` names, else one on PATH, else None."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    return next((found for name in _NAMES if (found := shutil.which(name))), None)
