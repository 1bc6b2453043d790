# RV32IMC, the instructions of an ESP32-C3: no atomic ones.
RV32_ARCH ?= rv32imc -misa-spec=2.2
include boards/VIRT_RV32/mpconfigboard.mk
include $(BOARD_DIR)/../qemu-common/board.mk
