#!/bin/sh
# Prepares .venv from a hash-pinned lock: tools/venv.sh run|dev|ui [PYTHON]
#
# Safe to run twice at once (flock, where it exists) and safe to kill at any moment: `.busy` marks
# an install under way, and a `.busy` found at the start means that one was cut short, so the
# environment is made afresh. A stamp holds the checksum of the lock it was made from.
set -eu
cd "$(dirname "$0")/.."
level=$1
python=${2:-}
venv=.venv

case $level in
run) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
ui) lock=requirements-ui.lock ;;
*) echo "usage: tools/venv.sh run|dev|ui [PYTHON]" >&2 && exit 2 ;;
esac

made_from() { [ "$(cat "$venv/.$1.ok" 2>/dev/null)" = "$(cksum <"$2")" ]; }
healthy() { [ ! -e "$venv/.busy" ] && made_from run requirements.lock && "$venv/bin/python" -c ''; }

install() {
    : >"$venv/.busy"
    # -I: nothing in this folder and no PYTHON* variable gets between pip and its own modules.
    # Wheels only: no code of a package runs while it is being installed.
    PIP_USER=0 "$venv/bin/python" -I -m pip install -q --disable-pip-version-check --no-input \
        --require-hashes --only-binary :all: -r "$2"
    cksum <"$2" >"$venv/.$1.ok"
    rm "$venv/.busy"
}

if command -v flock >/dev/null 2>&1; then
    exec 9>.venv.lock
    flock 9
fi

if ! healthy 2>/dev/null; then
    if [ -z "$python" ]; then
        echo "Need Python 3.11 to 3.14 with venv (Debian: apt install python3-venv)." >&2
        exit 2
    fi
    echo "Preparing $venv (once; about half a minute)..." >&2
    "$python" -m venv --clear "$venv"
    install run requirements.lock
fi
if ! cmp -s tools/launcher.sh "$venv/bin/ownpace"; then
    cp tools/launcher.sh "$venv/bin/ownpace.new"
    chmod 755 "$venv/bin/ownpace.new"
    mv "$venv/bin/ownpace.new" "$venv/bin/ownpace"
fi
if ! made_from "$level" "$lock"; then
    echo "Adding $lock to $venv..." >&2
    install "$level" "$lock"
fi
