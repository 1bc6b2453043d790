# A user C module for the firmware that valgrind runs (scripts/sanitize): tests/faults tells it what is free on
# MicroPython's heap, and memory.c what of Rust's memory was not written to yet.
SRC_USERMOD_C += $(USERMOD_DIR)/memory.c
CFLAGS += -DWATCH_BY_VALGRIND -g1
LDFLAGS_USERMOD += -Wl,--wrap=mpk_alloc,--wrap=mpk_realloc
STRIP = true
