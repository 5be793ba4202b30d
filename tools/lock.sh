#!/bin/sh
# Pins all dependencies by hash, for every platform and Python version; run by `make lock`.
# Each lock holds the one before it: run < dev < ui. Pass --upgrade to move to newer versions.
set -eu
cd "$(dirname "$0")/.."
pin() {
    uv pip compile -q --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml "$@"
}
pin "$@" -o requirements.lock
pin "$@" --group dev -c requirements.lock -o requirements-dev.lock
pin "$@" --group dev --group ui -c requirements-dev.lock -o requirements-ui.lock
