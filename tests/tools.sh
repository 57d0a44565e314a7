#!/bin/sh
# Installs what the tests run as real clients, where it is missing: two from PyPI in an environment of their own, since they
# want other versions than ours, and Debian packages. (reader 3.26 needs sgmllib3k and does not say so.)
set -eu
clients=.venv/clients
if [ ! -x "$clients/bin/redbot" ]; then
    .venv/bin/python -m venv "$clients"
    "$clients/bin/pip" install --quiet --disable-pip-version-check redbot==2.7.1 reader==3.26 sgmllib3k==1.0.0 ||
        echo "redbot and reader cannot be installed; their tests are skipped" >&2
fi
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v newsboat >/dev/null 2>&1 || missing="$missing newsboat"
command -v zsh >/dev/null 2>&1 || missing="$missing zsh"
command -v fish >/dev/null 2>&1 || missing="$missing fish"
command -v nginx >/dev/null 2>&1 || missing="$missing nginx-light"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "Missing for the tests with real clients:$missing (install them; those tests are skipped)" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
