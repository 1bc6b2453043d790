MICROPY_FORCE_32BIT = 1
include $(VARIANT_DIR)/../unix-common/features.mk
