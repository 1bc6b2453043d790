# Makefile settings that all boards of the qemu port share.

# Nothing is frozen, so neither mpy-cross nor micropython-lib is needed.
FROZEN_MANIFEST ?=

# Runs the firmware: its serial line is the standard input and output. More options for QEMU may follow.
all: $(BUILD)/micropython
$(BUILD)/micropython: $(BUILD)/firmware.elf
	$(ECHO) "GEN $@"
	$(Q)printf '#!/bin/sh\nexec %s %s -kernel "$${0%%/*}/firmware.elf" "$$@"\n' "$(QEMU_SYSTEM)" \
		"$(QEMU_ARGS) -chardev stdio,id=uart,signal=off -serial chardev:uart" > $@
	$(Q)chmod +x $@
