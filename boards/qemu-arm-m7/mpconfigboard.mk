# A Cortex-M7 with doubles in hardware.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an500
LDSCRIPT = mcu/arm/mps2.ld

CFLAGS += -mthumb -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16
CFLAGS += -DQEMU_SOC_MPS2 -DMICROPY_HW_MCU_NAME='"Cortex-M7"' -DMP_CONFIGFILE='"$(BOARD_DIR)/mpconfigboard.h"'

vpath %.c $(BOARD_DIR)
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o fpu.o
SRC_BOARD_O += $(patsubst %.c,%.o,$(SRC_LIB_LIBM_DBL_C) $(SRC_LIB_LIBM_DBL_SQRT_HW_C))
LDFLAGS += -Wl,--wrap=uart_init

include $(BOARD_DIR)/../qemu-common/board.mk
