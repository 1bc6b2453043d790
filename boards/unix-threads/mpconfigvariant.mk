include $(VARIANT_DIR)/../unix-common/features.mk

# Threads without a global lock, which is the unix port's own choice.
MICROPY_PY_THREAD = 1
