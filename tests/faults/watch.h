// For a firmware with AddressSanitizer: what is free on MicroPython's heap, and the end of a block that nobody asked
// for, may not be touched. MicroPython's collector itself is compiled without the sanitizer (tests/fuzz).

#include "py/gc.h"
#include "py/mpstate.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED (1)
#endif
#endif
#ifndef WATCHED
#define WATCHED (0)
#endif

#if WATCHED

#include <sanitizer/asan_interface.h>

// A block of which `size` bytes were asked for.
static inline void watch_block(void *block, size_t size) {
    if (block != NULL) {
        ASAN_UNPOISON_MEMORY_REGION(block, size);
        ASAN_POISON_MEMORY_REGION((char *)block + size, gc_nbytes(block) - size);
    }
}

// Memory that is free.
static inline void watch_free(void *start, size_t size) {
    ASAN_POISON_MEMORY_REGION(start, size);
}

#else

static inline void watch_block(void *block, size_t size) {
    (void)block;
    (void)size;
}

static inline void watch_free(void *start, size_t size) {
    (void)start;
    (void)size;
}

#endif
