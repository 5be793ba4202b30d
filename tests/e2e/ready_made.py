"""What every start of the product makes anew, for the fork server to make once."""

from __future__ import annotations

import gc

import psycopg  # noqa: F401
import time_machine  # noqa: F401

from bot import app, serving, worlds  # noqa: F401
from bot.conversation.sayings import sayings

_LIBRARY = worlds.read()
for _catalogue in _LIBRARY.catalogues.values():
    sayings(_LIBRARY.phrases, _catalogue)
gc.freeze()  # so that no fork looks for garbage in it, which would copy it all
