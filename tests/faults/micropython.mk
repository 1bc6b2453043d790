# A user C module for the tests alone: it makes allocations fail or collect, and watches where exceptions jump to.
SRC_USERMOD_C += $(USERMOD_DIR)/faults.c
LDFLAGS_USERMOD += -Wl,--wrap=gc_alloc,--wrap=gc_collect,--wrap=gc_realloc,--wrap=gc_free,--wrap=nlr_jump,--wrap=mpk_enter,--wrap=mpk_finish
