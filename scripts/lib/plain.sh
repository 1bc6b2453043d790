# shellcheck shell=bash
# Sourced by scripts that measure what mpickle adds to a firmware.

# The same firmware without mpickle, which make brings up to date when MicroPython changes, and only then.
build_plain() {
    local target=$1 out=$ROOT/build/$1-plain source settings
    source=$(micropython_source "$(default_version)")
    settings=$(printf '%s\n' "$source" "${CC:-}" "${CFLAGS_EXTRA:-}" && cat "$ROOT/boards/$target"/* "$ROOT"/boards/unix-common/*)
    if [ -e "$out" ] && ! cmp -s - "$out/settings" <<<"$settings"; then
        rm -rf "$out"
    fi
    mkdir -p "$out"
    printf '%s\n' "$settings" >"$out/settings"
    make -j"$(nproc)" -C "$source/ports/unix" VARIANT_DIR="$ROOT/boards/$target" BUILD="$out" PROG=micropython
}
