# shellcheck shell=bash
# Sourced by scripts/setup: brings the source of MicroPython, from Debian's source package or from git.

CACHE=${MPICKLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mpickle}

# fetch_micropython VERSION: makes sure that build/micropython-VERSION is there and complete.
fetch_micropython() {
    local version=$1 dir=$ROOT/build/micropython-$1 new
    if [ -e "$dir/py/obj.h" ]; then
        return
    fi
    new=$dir.new
    rm -rf "$dir" "$new"
    mkdir -p "$ROOT/build"
    if [ -n "${MICROPYTHON_GIT:-}" ]; then
        say "Cloning MicroPython $version from \$MICROPYTHON_GIT"
        git -c advice.detachedHead=false clone --quiet --depth 1 --branch "v$version" "$MICROPYTHON_GIT" "$new" ||
            die "cannot clone MicroPython $version from $MICROPYTHON_GIT"
    else
        fetch_tarball "$version"
        say "Unpacking MicroPython $version"
        mkdir "$new"
        tar -xf "$(tarball "$version")" -C "$new" --strip-components=1
    fi
    # Only now does it have its name, so that an interrupted fetch is not taken for a whole one.
    mv "$new" "$dir"
}

tarball() {
    printf '%s\n' "$CACHE/micropython_$1+ds.orig.tar.xz"
}

tarball_is_good() {
    [ -e "$(tarball "$1")" ] && sha256sum --check --status - <<<"$(version_field "$1" 3)  $(tarball "$1")"
}

# Puts Debian's tarball of a version into the cache, and checks it.
fetch_tarball() {
    local version=$1 suite mirror
    if tarball_is_good "$version"; then
        return
    fi
    suite=$(version_field "$version" 2)
    have apt-get || no_source "$version" "there is no apt-get here"
    say "Downloading MicroPython $version (source package of Debian $suite) into $CACHE"
    mkdir -p "$CACHE"
    for mirror in $(debian_mirrors); do
        if download_source "$mirror" "$suite" "$version" && tarball_is_good "$version"; then
            return
        fi
    done
    no_source "$version" "the Debian mirror of this machine's apt configuration does not have it"
}

no_source() {
    die "cannot fetch MicroPython $1: $2.
Name a git repository of MicroPython:  MICROPYTHON_GIT=URL ./scripts/setup --micropython $1
or use a checkout of your own:         MICROPYTHON=DIR, for every script"
}

# The URIs of the machine's own Debian mirror: those of its release itself, not of its updates or of others.
debian_mirrors() {
    local lists=$CACHE/apt/machine mirrors
    mirrors=$(mirrors_in_lists)
    if [ -z "$mirrors" ]; then
        # apt knows only what it has lists of, and there may be none yet.
        mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
        local private=(-o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache" -o "APT::Sandbox::User=$(id -un)")
        apt-get -qq "${private[@]}" update >&2 || true
        mirrors=$(mirrors_in_lists "${private[@]}")
        rm -rf "$lists"
    fi
    printf '%s\n' "$mirrors"
}

# mirrors_in_lists APT_OPTION...
mirrors_in_lists() {
    local release
    # shellcheck disable=SC1091
    release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016
    apt-get "$@" indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' |
        awk -v release="$release" '$1 == release && $2 == "main" && !seen[$3]++ { print $3 }'
}

# download_source MIRROR SUITE VERSION: asks apt with lists of its own, so that the machine's stay as they are.
download_source() {
    local mirror=$1 suite=$2 version=$3 lists=$CACHE/apt/$2 keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
    local options=""
    if [ -e "$keyring" ]; then
        options="[signed-by=$keyring] "
    fi
    printf 'deb-src %s%s %s main\n' "$options" "$mirror" "$suite" >"$lists/sources.list"
    local apt=(apt-get -qq
        -o "Dir::Etc::SourceList=$lists/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache"
        # Root's cache is not open to apt's own user.
        -o "APT::Sandbox::User=$(id -un)")
    (
        cd "$CACHE" &&
            "${apt[@]}" update >&2 &&
            "${apt[@]}" source --print-uris --tar-only micropython | grep -qF "micropython_$version+ds.orig" &&
            "${apt[@]}" source --download-only --tar-only micropython >&2
    )
    local status=$?
    rm -rf "$lists"
    return "$status"
}
