// For a firmware with AddressSanitizer, or one that valgrind runs: what is free on MicroPython's heap, and the end of a
// block that nobody asked for, may not be touched. MicroPython's collector itself may (tests/fuzz, tests/valgrind).

#include "py/gc.h"
#include "py/mpstate.h"

#ifdef WATCH_BY_VALGRIND
#define WATCHED (1)
#include <valgrind/memcheck.h>
#define WATCH_ALLOW(start, size) VALGRIND_MAKE_MEM_DEFINED(start, size)
#define WATCH_FORBID(start, size) VALGRIND_MAKE_MEM_NOACCESS(start, size)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED (1)
#include <sanitizer/asan_interface.h>
#define WATCH_ALLOW(start, size) ASAN_UNPOISON_MEMORY_REGION(start, size)
#define WATCH_FORBID(start, size) ASAN_POISON_MEMORY_REGION(start, size)
#endif
#endif
#ifndef WATCHED
#define WATCHED (0)
#endif

#if WATCHED

// A block of which `size` bytes were asked for.
static inline void watch_block(void *block, size_t size) {
    if (block != NULL) {
        WATCH_ALLOW(block, size);
        WATCH_FORBID((char *)block + size, gc_nbytes(block) - size);
    }
}

// Memory that may be read.
static inline void watch_written(void *start, size_t size) {
    WATCH_ALLOW(start, size);
}

// Memory that is free.
static inline void watch_free(void *start, size_t size) {
    WATCH_FORBID(start, size);
}

#else

static inline void watch_block(void *block, size_t size) {
    (void)block;
    (void)size;
}

static inline void watch_written(void *start, size_t size) {
    (void)start;
    (void)size;
}

static inline void watch_free(void *start, size_t size) {
    (void)start;
    (void)size;
}

#endif
