#!/bin/sh
# `.venv/bin/ownpace`: runs this checkout from any folder. -P keeps the caller's folder off the
# import path, so that a folder of theirs called `config` or `store` is never taken for ours.
self=$(readlink -f -- "$0" 2>/dev/null || echo "$0")
here=$(CDPATH='' cd -- "$(dirname -- "$self")" && pwd -P)
PYTHONPATH="${here%/.venv/bin}${PYTHONPATH:+:$PYTHONPATH}" exec "$here/python" -P -m bot "$@"
