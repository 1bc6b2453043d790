# Makefile settings that all unix boards share.

FROZEN_MANIFEST ?= $(VARIANT_DIR)/../manifest.py
# Nothing of micropython-lib is frozen, and a source may come without it: make only wants to see some README.md.
MPY_LIB_DIR = $(TOP)

# Left out: what needs other libraries, and threads (mpickle is tested without them).
MICROPY_PY_SSL = 0
MICROPY_SSL_AXTLS = 0
MICROPY_SSL_MBEDTLS = 0
MICROPY_PY_BTREE = 0
MICROPY_PY_FFI = 0
MICROPY_PY_THREAD = 0
