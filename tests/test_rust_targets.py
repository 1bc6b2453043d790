"""The Rust target of each chip family, found from the very flags and names that MicroPython's ports use."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts" / "lib"))

from rust_target import TABLE, UnknownTarget, look_up, missing, rust_target  # noqa: E402

ARM = "arm-none-eabi-gcc"
RISCV = "riscv64-unknown-elf-gcc"

# Port, chips, C compiler, its flags for them, the Rust target.
FLAGS = [
    ("rp2", "RP2040", ARM, "-mcpu=cortex-m0plus -mthumb", "thumbv6m-none-eabi"),
    ("rp2", "RP2350", ARM, "-mcpu=cortex-m33 -mthumb -mfloat-abi=softfp -mcmse", "thumbv8m.main-none-eabi"),
    ("rp2", "RP2350, RISC-V", RISCV, "-march=rv32imac_zicsr_zifencei -mabi=ilp32", "riscv32imac-unknown-none-elf"),
    ("samd", "SAMD21", ARM, "-mthumb -mcpu=cortex-m0plus -msoft-float", "thumbv6m-none-eabi"),
    ("samd", "SAMD51", ARM, "-mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard", "thumbv7em-none-eabihf"),
    ("mimxrt", "single floats", ARM, "-mcpu=cortex-m7 -mfloat-abi=softfp -mfpu=fpv5-sp-d16", "thumbv7em-none-eabi"),
    ("mimxrt", "doubles", ARM, "-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16", "thumbv7em-none-eabihf"),
    ("nrf", "nRF51", ARM, "-mthumb -mabi=aapcs -mcpu=cortex-m0 -mfloat-abi=soft", "thumbv6m-none-eabi"),
    ("nrf", "nRF52", ARM, "-mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard", "thumbv7em-none-eabihf"),
    ("nrf", "nRF91", ARM, "-mthumb -mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard", "thumbv8m.main-none-eabihf"),
    ("renesas-ra", "RA4M1", ARM, "-mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard", "thumbv7em-none-eabihf"),
    ("alif", "M55", ARM, "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard -mfpu=fpv5-d16", "thumbv8m.main-none-eabihf"),
    ("cc3200", "CC3200", ARM, "-mthumb -march=armv7e-m -mabi=aapcs -msoft-float", "thumbv7em-none-eabi"),
    ("qemu", "MPS2_AN385", ARM, "-mthumb -mcpu=cortex-m3 -mfloat-abi=soft", "thumbv7m-none-eabi"),
    ("qemu", "VIRT_RV32", RISCV, "-march=rv32imac_zicsr -mabi=ilp32", "riscv32imac-unknown-none-elf"),
    ("-", "ESP32-C3", RISCV, "-march=rv32imc_zicsr_zifencei -mabi=ilp32", "riscv32imc-unknown-none-elf"),
    ("-", "ESP32-C6", RISCV, "-march=rv32imac_zicsr_zifencei -mabi=ilp32", "riscv32imac-unknown-none-elf"),
    ("-", "ESP32-P4", RISCV, "-march=rv32imafc_zicsr_zifencei -mabi=ilp32f", "riscv32imafc-unknown-none-elf"),
    ("-", "no compressed", RISCV, "-march=rv32im -mabi=ilp32", "riscv32im-unknown-none-elf"),
    ("-", "Cortex-M23", ARM, "-mthumb -mcpu=cortex-m23", "thumbv8m.base-none-eabi"),
    ("unix", "64 bits", "gcc", "-m64", "x86_64-unknown-linux-gnu"),
    ("unix", "32 bits", "gcc", "-m32", "i686-unknown-linux-gnu"),
]

# Series of the stm32 port, whose Makefile works the flags out of their name -> the Rust target.
STM32 = {
    "f0 g0 l0": "thumbv6m-none-eabi",
    "l1": "thumbv7m-none-eabi",
    "wl": "thumbv7em-none-eabi",
    "f4 f7 g4 h7 l4 wb": "thumbv7em-none-eabihf",
    "h5": "thumbv8m.main-none-eabihf",
}

# ESP-IDF's name of the chip -> the Rust target.
ESP32 = {
    "esp32": "xtensa-esp32-none-elf",
    "esp32s2": "xtensa-esp32s2-none-elf",
    "esp32s3": "xtensa-esp32s3-none-elf",
    "esp32c2": "riscv32imc-unknown-none-elf",
    "esp32c3": "riscv32imc-unknown-none-elf",
    "esp32c5": "riscv32imac-unknown-none-elf",
    "esp32c6": "riscv32imac-unknown-none-elf",
    "esp32h2": "riscv32imac-unknown-none-elf",
    "esp32p4": "riscv32imafc-unknown-none-elf",
}

# What Emscripten's compiler, which is not needed here, says about itself.
MACROS = [({"__EMSCRIPTEN__": "1", "__wasm__": "1"}, "wasm32-unknown-emscripten")]


@pytest.mark.parametrize("row", FLAGS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_compiler_flags(row):
    _, _, compiler, flags, target = row
    assert rust_target([compiler, *flags.split()]) == target


def test_the_flags_are_the_ports(source):
    """Each flag above is in the Makefiles of the port that it stands for; rp2's come from its SDK."""
    for port in {row[0] for row in FLAGS} - {"rp2", "unix", "-"}:
        makefiles = [*(source / "ports" / port).glob("**/*.mk"), source / "ports" / port / "Makefile"]
        text = "\n".join(path.read_text() for path in makefiles).replace("$(RV32_ARCH)", "rv32imac_zicsr")
        text = text.replace("$(RV32_ABI)", "ilp32")
        flags = {flag for row in FLAGS if row[0] == port for flag in row[3].split()}
        assert {flag for flag in flags if flag not in text} == set(), port


def test_stm32(source):
    """Every series that the port knows, with the flags that its own makefile gives."""
    makefile = source / "ports" / "stm32" / "stm32.mk"
    expected = {series: target for names, target in STM32.items() for series in names.split()}
    assert set(re.findall(r"^CFLAGS_MCU_(\w+) = ", makefile.read_text(), re.M)) == set(expected)
    command = ["make", "-s", "-f", makefile, "--eval", "flags: ; @echo $(CFLAGS_MCU_$(MCU_SERIES))", "flags"]
    for series, target in expected.items():
        chip = [f"MCU_SERIES={series}", f"CMSIS_MCU=STM32{series.upper()}xx"]
        flags = subprocess.run([*command, *chip], capture_output=True, text=True, check=True).stdout
        assert rust_target([ARM, *flags.split()]) == target, series


def test_esp32():
    """The name alone decides: the chip's own compiler is not asked."""
    assert {chip: rust_target(["no-such-compiler"], chip) for chip in ESP32} == ESP32


@pytest.mark.parametrize(("macros", "target"), MACROS)
def test_macros(macros, target):
    assert look_up(macros) == target


def test_every_line_of_the_table_is_tested():
    tested = {row[4] for row in FLAGS} | set(STM32.values()) | set(ESP32.values()) | {target for _, target in MACROS}
    assert {target for _, target in TABLE} - tested == {"aarch64-unknown-linux-gnu"}


def test_a_machine_without_rust():
    with pytest.raises(UnknownTarget, match="MPICKLE_RUST_TARGET"):
        rust_target([RISCV, "-march=rv64imac", "-mabi=lp64"])
    with pytest.raises(UnknownTarget, match="no-such-compiler is missing"):
        rust_target(["no-such-compiler"])


def test_what_is_missing_is_named(monkeypatch):
    """The remedy is a command, and another one for the chips that only Espressif's compiler knows."""
    assert missing("i686-unknown-linux-gnu") == []
    monkeypatch.setenv("RUSTUP_TOOLCHAIN", "no-such-toolchain")
    assert missing("no-such-target") == ["Rust's library for no-such-target: rustup target add no-such-target"]
    monkeypatch.delenv("LIBCLANG_PATH", raising=False)
    toolchain, libclang = missing("xtensa-esp32s3-none-elf")
    assert "espup install" in toolchain
    assert "LIBCLANG_PATH" in libclang


@pytest.fixture(scope="module")
def source():
    """The directory of MicroPython's source."""
    versions = (ROOT / "scripts/lib/micropython-versions").read_text()
    version = re.search(r"^(\d\S*)", versions, re.M)[1]
    assert shutil.which("make")
    return ROOT / "build" / f"micropython-{version}"
