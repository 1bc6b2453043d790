// What Rust's compiler calls on ARM. MicroPython's ports bring memset, but not always the names that ARM's ABI has for it.

#include <string.h>

#include "shim.h"

#ifdef __ARM_EABI__

void mpk_fill(void *memory, size_t size, int byte) {
    memset(memory, byte, size);
}

void mpk_clear(void *memory, size_t size) {
    memset(memory, 0, size);
}

#endif
