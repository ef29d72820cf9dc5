#!/bin/sh
# Install the Debian packages that the tests of clients need and that are missing; who may not, is told which.
set -eu
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
# The Chinese names on pages.
[ -n "$(fc-list :lang=zh 2>/dev/null)" ] || missing="$missing fontconfig fonts-noto-cjk"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get update --quiet=2
    # shellcheck disable=SC2086 # one word a package
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $missing
else
    echo "The tests of clients need Debian's$missing. Install as root: apt-get install$missing" >&2
    exit 1
fi
