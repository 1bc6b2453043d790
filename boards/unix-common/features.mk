# Makefile settings that all unix boards share.

# Nothing is frozen, so neither mpy-cross nor micropython-lib is needed.
FROZEN_MANIFEST ?=

# Left out: what needs other libraries, and threads (mpickle is tested without them).
MICROPY_PY_SSL = 0
MICROPY_SSL_AXTLS = 0
MICROPY_SSL_MBEDTLS = 0
MICROPY_PY_BTREE = 0
MICROPY_PY_FFI = 0
MICROPY_PY_THREAD = 0
