# shellcheck shell=bash
# Sourced by scripts/build and scripts/flash: MicroPython's esp32 port, which ESP-IDF builds.

# esp32_out BOARD VERSION: where a board's firmware is.
esp32_out() {
    local out=$ROOT/build/$1
    case $1 in
        esp32 | esp32-*) ;;
        *) out=$ROOT/build/esp32-$1 ;; # a board of MicroPython's own
    esac
    if [ "$2" != "$(default_version)" ]; then
        out+=-$2
    fi
    printf '%s\n' "$out"
}

# build_esp32 BOARD VERSION MODULE...: MODULE is the directory of a user C module.
build_esp32() {
    local board=$1 version=$2 modules=("${@:3}") source dir chip out lacks
    "$ROOT/scripts/setup" --for esp32 --micropython "$version"
    source=$(micropython_source "$version")
    dir=$(esp32_board_dir "$board" "$source")
    chip=$(esp32_chip "$dir" "$source")
    enter_idf
    lacks=$(esp32_lacks "$chip" "$dir" "$source" "$version")
    [ -z "$lacks" ] || die "missing, to build $board (chip $chip):
$lacks"

    out=$(esp32_out "$board" "$version")
    one_at_a_time "${out##*/}"
    mkdir -p "$out"
    printf 'include("%s/micropython.cmake")\n' "${modules[@]}" >"$out/modules.cmake"
    make -C "$source/ports/esp32" BOARD="$board" BOARD_DIR="$dir" BUILD="$out" USER_C_MODULES="$out/modules.cmake" 9>&-
    say "$out/firmware.bin (./scripts/flash --board $board writes it to a chip)"
}

# The directory of a board: mpickle's or MicroPython's.
esp32_board_dir() {
    local board=$1 source=$2 dir
    for dir in "$ROOT/boards/$board" "$source/ports/esp32/boards/$board"; do
        if [ -e "$dir/mpconfigboard.cmake" ]; then
            printf '%s\n' "$dir"
            return
        fi
    done
    die "unknown board $board; known are: $(boards_in "$ROOT/boards")
and MicroPython's own: $(boards_in "$source/ports/esp32/boards")"
}

boards_in() {
    (cd "$1" && printf '%s\n' */mpconfigboard.cmake | xargs dirname | xargs)
}

# What ESP-IDF calls IDF_TARGET: a board names it, or the board that it is made of, or it is the first of all ESP32s.
esp32_chip() {
    local dir=$1 source=$2 stock chip
    stock=$(cmake_value MPICKLE_STOCK_BOARD "$dir")
    if [ -n "$stock" ]; then
        dir=$source/ports/esp32/boards/$stock
    fi
    chip=$(cmake_value IDF_TARGET "$dir")
    printf '%s\n' "${chip:-esp32}"
}

# cmake_value NAME DIR: what a board's CMake file sets a variable to.
cmake_value() {
    sed -n "s/^set($1 \([^ )]*\))/\1/p" "$2/mpconfigboard.cmake"
}

# Makes idf.py known, if ESP-IDF is where IDF_PATH says or in one of its usual places.
enter_idf() {
    local dir
    for dir in "${IDF_PATH:-}" "$HOME/esp/esp-idf" "$HOME/esp-idf" /opt/esp/idf; do
        if ! have idf.py && [ -n "$dir" ] && [ -e "$dir/export.sh" ]; then
            say "Using ESP-IDF in $dir"
            export IDF_PATH=$dir
            set +eu # it is not written for these
            # shellcheck disable=SC1091
            . "$dir/export.sh" >&2
            set -eu
        fi
    done
}

# esp32_lacks CHIP BOARD_DIR SOURCE VERSION: what is not there, and how to get it.
esp32_lacks() {
    local chip=$1 dir=$2 source=$3 version=$4 compiler=riscv32-esp-elf-gcc rust install
    rust=$(python3 "$ROOT/scripts/lib/rust_target.py" --chip "$chip")
    case $rust in
        xtensa-*) compiler=xtensa-$chip-elf-gcc ;;
        *) if have rustup; then (cd "$ROOT" && rustup --quiet target add "$rust" >&2) || true; fi ;;
    esac
    install="${IDF_PATH:-DIR}/install.sh $chip"
    if [ ! -e "${IDF_PATH:-}/export.sh" ]; then
        lack "ESP-IDF (IDF_PATH=DIR names it)" "$(idf_clone "$source") DIR && $install"
    else
        have idf.py || lack "what ESP-IDF itself needs" "$install"
        have "$compiler" || lack "the C compiler $compiler" "$install"
    fi
    python3 "$ROOT/scripts/lib/rust_target.py" --missing --chip "$chip" | while IFS= read -r line; do
        lack "${line%%: *}" "${line#*: }"
    done
    if [ ! -e "$source/lib/micropython-lib/README.md" ] || [ ! -e "$source/lib/berkeley-db-1.xx/README" ]; then
        lack "libraries that only a git clone of MicroPython has (MICROPYTHON=DIR names it)" \
            "git clone -b v$version https://github.com/micropython/micropython.git DIR &&" \
            "make -C DIR/ports/esp32 BOARD_DIR=$dir submodules"
    fi
}

# lack WHAT COMMAND...
lack() {
    printf '  %s:\n' "$1"
    printf '    %s\n' "${@:2}"
}

# How to get the version of ESP-IDF that this release of MicroPython is made for: from its own instructions.
idf_clone() {
    sed -n 's/^\$ \(git clone -b v.*\)/\1/p' "$1/ports/esp32/README.md" | head -n 1
}
