"""All settings, in four parts. Every variable is described in .env.example; secrets may come as NAME_FILE.

Defaults are the safe ones. What is missing or contradictory stops the start (here or in jht_portal.apps).
"""

from jht_portal.settings.accounts import *  # noqa: F403
from jht_portal.settings.site import *  # noqa: F403
from jht_portal.settings.web import *  # noqa: F403
from jht_portal.settings.work import *  # noqa: F403
