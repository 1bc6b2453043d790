# A Cortex-M3: 32 bits, single floats in software, integers of any size, a heap of 140 kB.
include boards/MPS2_AN385/mpconfigboard.mk
include $(BOARD_DIR)/../qemu-common/board.mk
