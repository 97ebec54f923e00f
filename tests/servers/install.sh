#!/bin/sh
# Install the mail servers that the tests start for themselves, and the tool that weighs the systemd units. Nothing is started or enabled on the machine.
set -eu
packages="dovecot-imapd systemd"

[ -x /usr/sbin/dovecot ] && command -v systemd-analyze > /dev/null && exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need a real IMAP server and systemd-analyze. Install them with:" >&2
    echo "    sudo apt-get install --no-install-recommends $packages" >&2
    exit 1
fi
echo "== Installing $packages from the distribution's packages"
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    # Debian's way to keep a freshly installed service from being started.
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends $packages > /dev/null
