// Memory of MicroPython's heap for Rust. None of these raises; a finaliser may run in any of them.

#include "shim_private.h"

void *mpk_alloc(size_t size) {
    return m_malloc_maybe(size);
}

void *mpk_realloc(void *block, size_t old_size, size_t new_size) {
    #if MICROPY_MALLOC_USES_ALLOCATED_SIZE
    return m_realloc_maybe(block, old_size, new_size, true);
    #else
    (void)old_size;
    return m_realloc_maybe(block, new_size, true);
    #endif
}

void mpk_free(void *block, size_t size) {
    #if MICROPY_MALLOC_USES_ALLOCATED_SIZE
    m_free(block, size);
    #else
    (void)size;
    m_free(block);
    #endif
}
