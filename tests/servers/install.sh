#!/bin/sh
# Fetch the mail servers that the tests start for themselves, and systemd-analyze. Nothing is started or enabled on the machine.
#
# Dovecot, and the browser that reports are looked at with, are installed. Cyrus and Courier conflict with it as packages, so theirs are unpacked into .work/servers, together with the
# libraries they need that the machine lacks, and are used from there; this needs no root.
# libeatmydata keeps them from waiting for the disk, since nothing they hold outlives a test run.
set -eu
servers=$(cd "$(dirname "$0")/../.." && pwd)/.work/servers

main() {
    [ -x /usr/sbin/dovecot ] || install_package dovecot-imapd
    command -v chromium > /dev/null || install_package chromium
    command -v systemd-analyze > /dev/null || install_package systemd
    unpack cyrus cyrus-imapd cyrus-common libeatmydata1
    unpack courier courier-imap courier-base courier-authlib gamin libeatmydata1
}

# install_package NAME: from the distribution, without starting anything of it
install_package() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "The tests need $1. Install it with:" >&2
        echo "    sudo apt-get install --no-install-recommends $1" >&2
        exit 1
    fi
    echo "== Installing $1 from the distribution's packages"
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        # Debian's way to keep a freshly installed service from being started.
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    refresh "$1"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" > /dev/null
}

# unpack NAME PACKAGE...: the packages and the missing libraries below them, into .work/servers/NAME
unpack() {
    name=$1
    shift
    [ "$(cat "$servers/$name/.complete" 2> /dev/null)" = "$*" ] && return
    echo "== Unpacking $name ($*) into .work/servers/$name"
    command -v dpkg-deb > /dev/null || fail "$*"
    refresh "$1"
    rm -rf "$servers/$name" "$servers/$name.debs"
    mkdir -p "$servers/$name" "$servers/$name.debs"
    packages="$*"
    wanted="$packages $(missing_libraries "$@")"
    # shellcheck disable=SC2086  # a list of package names
    (cd "$servers/$name.debs" && { download $wanted || { update && download $wanted; }; }) || fail "$wanted"
    for package in "$servers/$name.debs"/*.deb; do
        dpkg-deb -x "$package" "$servers/$name"
    done
    rm -rf "$servers/$name.debs" "$servers/$name/usr/share"
    chmod -R a+rX "$servers/$name"
    echo "$packages" > "$servers/$name/.complete"
}

# missing_libraries PACKAGE...: the lib* packages that these depend on, and those below them, that are not installed
missing_libraries() {
    found=
    while [ $# -gt 0 ]; do
        below=
        for library in $(apt-cache depends --important "$@" | first_choices); do
            case " $found " in *" $library "*) continue ;; esac
            dpkg-query -W -f '${Status}' "$library" 2> /dev/null | grep -q 'install ok installed' && continue
            found="$found $library"
            below="$below $library"
        done
        # shellcheck disable=SC2086  # a list of package names
        set -- $below
    done
    echo "$found"
}

# Of "a | b" the first; libraries alone.
first_choices() {
    awk '/Depends:/ { if (!other && $2 ~ /^lib/) print $2; other = $1 ~ /^\|/ }'
}

download() {
    apt-get download -qq -o APT::Sandbox::User=root "$@"
}

# The lists of packages may be missing, or older than the packages that can be had.
refresh() {
    apt-cache policy "$1" 2> /dev/null | grep -q 'Candidate: [0-9]' || update || fail "$1"
}

update() {
    [ "$(id -u)" -eq 0 ] && apt-get update -qq
}

fail() {
    echo "The tests start real mail servers from Debian's packages, and these cannot be had here:" >&2
    echo "    $*" >&2
    echo "Run 'sudo apt-get update' on Debian or Ubuntu, and this again." >&2
    exit 1
}

main
