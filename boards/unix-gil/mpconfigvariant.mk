include $(VARIANT_DIR)/../unix-common/features.mk

# Threads that a global lock keeps apart, as on ESP32.
CFLAGS += -DMICROPY_PY_THREAD=1 -DMICROPY_PY_THREAD_GIL=1 -DMICROPY_PY_THREAD_RECURSIVE_MUTEX=1
LDFLAGS += -lpthread
