MICROPY_FORCE_32BIT = 1
include $(VARIANT_DIR)/../unix-common/features.mk
# How frozen code has its integers.
MPY_TOOL_FLAGS = -mlongint-impl longlong
