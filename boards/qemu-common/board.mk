# Makefile settings that all boards of the qemu port share.

FROZEN_MANIFEST ?= $(BOARD_DIR)/../manifest.py
# Nothing of micropython-lib is frozen, and a source may come without it: make only wants to see some README.md.
MPY_LIB_DIR = $(TOP)

# Runs the firmware: its serial line is the standard input and output. More options for QEMU may follow.
all: $(BUILD)/micropython
$(BUILD)/micropython: $(BUILD)/firmware.elf
	$(ECHO) "GEN $@"
	$(Q)printf '#!/bin/sh\nexec %s %s -kernel "$${0%%/*}/firmware.elf" "$$@"\n' "$(QEMU_SYSTEM)" \
		"$(QEMU_ARGS) -chardev stdio,id=uart,signal=off -serial chardev:uart" > $@
	$(Q)chmod +x $@
