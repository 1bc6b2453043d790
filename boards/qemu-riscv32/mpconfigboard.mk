# RV32IMAC, the instructions of an ESP32-C6.
#
# The instruction set is named as before 2019, because the port's newer name is one for which the compiler has no library.
RV32_ARCH ?= rv32imac -misa-spec=2.2
include boards/VIRT_RV32/mpconfigboard.mk
include $(BOARD_DIR)/../qemu-common/board.mk
