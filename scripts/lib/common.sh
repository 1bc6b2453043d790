# shellcheck shell=bash
# Sourced by the scripts: where things are, and how to say things.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
VERSIONS=$ROOT/scripts/lib/micropython-versions

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "${0##*/}: $*"
    exit 1
}

# Prints the comment at the head of the script that was called.
show_help() {
    sed -n '2,/^[^#]/ s/^# \{0,1\}//p' "$0"
}

# value_of OPTION VALUE...: the value that follows an option.
value_of() {
    [ $# -ge 2 ] || die "$1 needs a value; see --help"
    printf '%s\n' "$2"
}

# have COMMAND...: whether all of them can be run.
have() {
    local name
    for name; do
        command -v "$name" >/dev/null || return
    done
}

# one_at_a_time NAME: waits until no other process that called it with this name is running.
one_at_a_time() {
    mkdir -p "$ROOT/build"
    if have flock; then
        exec 9>"$ROOT/build/.$1.lock"
        flock 9
    fi
}

# apt_install PACKAGE...: of Debian; for root.
apt_install() {
    say "Installing $* with apt"
    apt-get -qq update >&2
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >&2
}

default_version() {
    awk '!/^#/ { print $1; exit }' "$VERSIONS"
}

known_versions() {
    awk '!/^#/ { print $1 }' "$VERSIONS"
}

# version_field VERSION N: a column of the table of versions, empty if the version is not in it.
version_field() {
    awk -v version="$1" -v n="$2" '$1 == version { print $n }' "$VERSIONS"
}

# micropython_source VERSION: the directory of the source, wherever it comes from.
micropython_source() {
    if [ -n "${MICROPYTHON:-}" ]; then
        [ -e "$MICROPYTHON/py/obj.h" ] || die "MICROPYTHON=$MICROPYTHON: not a checkout of MicroPython"
        (cd "$MICROPYTHON" && pwd -P)
    else
        printf '%s\n' "$ROOT/build/micropython-$1"
    fi
}
