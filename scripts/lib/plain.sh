# shellcheck shell=bash
# Sourced by scripts that measure what mpickle adds to a firmware, after targets.sh.

# The same firmware without mpickle, which make brings up to date when MicroPython changes, and only then.
build_plain() {
    local target=$1 out=$ROOT/build/$1-plain source settings variables
    source=$(micropython_source "$(default_version)")
    settings=$(printf '%s\n' "$source" "${CC:-}" "${CFLAGS_EXTRA:-}" && board_files "$target")
    if [ -e "$out" ] && ! cmp -s - "$out/settings" <<<"$settings"; then
        rm -rf "$out"
    fi
    mkdir -p "$out"
    printf '%s\n' "$settings" >"$out/settings"
    mapfile -t variables < <(board_settings "$target" "$out")
    make -j"$(nproc)" -C "$source/ports/$(port_of "$target")" "${variables[@]}"
}
