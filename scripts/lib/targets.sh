# shellcheck shell=bash
# Sourced by the scripts: the firmwares that mpickle is built into, and what each of them needs.

TARGETS=(
    unix unix-longlong unix-nanbox unix-faults unix-fuzz unix-valgrind unix-threads unix-gil
    qemu-arm qemu-arm-m7 qemu-riscv32 qemu-riscv32-imc qemu-cmake
    unix-bare qemu-arm-bare
)

need_target() {
    local target
    for target in "${TARGETS[@]}"; do
        if [ "$target" = "$1" ]; then
            return
        fi
    done
    die "unknown target ${1:-''}; known are: ${TARGETS[*]}"
}

# The directory in ports/ of MicroPython's source.
port_of() {
    printf '%s\n' "${1%%-*}"
}

# The directory in boards/.
board_of() {
    case $1 in
        unix-faults | unix-fuzz | unix-valgrind) printf 'unix\n' ;;
        qemu-cmake) printf 'qemu-riscv32-imc\n' ;;
        *-bare) printf '%s\n' "${1%-bare}" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

# The name of the ELF file in the build directory. For the user there is always a command `micropython` in it.
program_of() {
    case $(port_of "$1") in
        unix) printf 'micropython\n' ;;
        qemu) printf 'firmware.elf\n' ;;
    esac
}

# What rustup calls the machine, where that is another than this one.
rust_target_of() {
    case $1 in
        unix-longlong | unix-nanbox) printf 'i686-unknown-linux-gnu\n' ;;
        qemu-arm | qemu-arm-bare) printf 'thumbv7m-none-eabi\n' ;;
        qemu-arm-m7) printf 'thumbv7em-none-eabihf\n' ;;
        qemu-riscv32) printf 'riscv32imac-unknown-none-elf\n' ;;
        qemu-riscv32-imc | qemu-cmake) printf 'riscv32imc-unknown-none-elf\n' ;;
    esac
}

# board_settings TARGET OUT: the variables of make that choose a board and where it is built, a line for each.
board_settings() {
    local board
    board=$(board_of "$1")
    case $(port_of "$1") in
        unix) printf '%s\n' "VARIANT_DIR=$ROOT/boards/$board" "BUILD=$2" PROG=micropython ;;
        qemu) printf '%s\n' "BOARD=$board" "BOARD_DIR=$ROOT/boards/$board" "BUILD=$2" ;;
    esac
}

# The text of a board's files, to see whether they have changed.
board_files() {
    cat "$ROOT/boards/$(port_of "$1")-common/"* "$ROOT/boards/$(board_of "$1")/"*
}

# The parts of mpickle, by their names in Cargo: all that is not left out by a switch.
default_features() {
    sed -n 's/^default = \[\(.*\)\]/\1/p' "$ROOT/rust/mpickle/Cargo.toml" | tr -d '" '
}

# The same as switches name them, a line each.
parts_of_mpickle() {
    default_features | tr ',a-z-' '\nA-Z_'
}

# The switches that leave all parts out.
without_any_part() {
    parts_of_mpickle | sed 's/.*/MPICKLE_&=0/'
}

# start_anew_if_changed OUT SETTING...: make does not notice another source, other settings, another set of modules or what
# a board's files include.
start_anew_if_changed() {
    local out=$1 is
    is=$(printf '%s\n' "${@:2}" "${CC:-}" "${CFLAGS_EXTRA:-}" "${MPICKLE_RUST_TARGET:-}")
    if [ -e "$out" ] && ! cmp -s - "$out/settings" <<<"$is"; then
        rm -rf "$out"
    fi
    mkdir -p "$out"
    printf '%s\n' "$is" >"$out/settings"
}
