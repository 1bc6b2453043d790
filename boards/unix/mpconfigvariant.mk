include $(VARIANT_DIR)/../unix-common/features.mk
