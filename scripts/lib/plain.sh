# shellcheck shell=bash
# Sourced by scripts that measure what mpickle adds to a firmware, after targets.sh.

# The same firmware without mpickle, which make brings up to date when MicroPython changes, and only then.
build_plain() {
    local target=$1 out=$ROOT/build/$1-plain source variables
    source=$(micropython_source "$(default_version)")
    start_anew_if_changed "$out" "$source" "$(board_files "$target")"
    mapfile -t variables < <(board_settings "$target" "$out")
    make -j"$(nproc)" -C "$source/ports/$(port_of "$target")" "${variables[@]}"
}
