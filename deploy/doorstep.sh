#!/bin/sh
# `doorstep` for who operates the machine: as the user doorstep, on the installation, with the server's settings.
# Install it as /usr/local/bin/doorstep. The settings are read as a shell reads them: quote a value that has a space.
# For the owner's commands on PostgreSQL: `sudo SETTINGS=/root/doorstep-owner.env doorstep init`.
set -eu
[ "$(id -u)" = 0 ] || exec sudo SETTINGS="${SETTINGS:-}" "$0" "$@"
set -a
DOORSTEP_VAR=/var/lib/doorstep
for file in /etc/doorstep.env ${SETTINGS:-}; do
    if [ -r "$file" ]; then . "$file"; fi
done
set +a
umask 077
exec setpriv --reuid=doorstep --regid=doorstep --init-groups /opt/doorstep/bin/doorstep "$@"
