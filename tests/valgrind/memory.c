// MicroPython clears each new block, and parts of it rely on that. Rust's memory is not to be read before it was written
// to, so valgrind is told otherwise.

#include <stddef.h>
#include <valgrind/memcheck.h>

void *__real_mpk_alloc(size_t size);
void *__wrap_mpk_alloc(size_t size);
void *__wrap_mpk_alloc(size_t size) {
    void *block = __real_mpk_alloc(size);
    if (block != NULL) {
        VALGRIND_MAKE_MEM_UNDEFINED(block, size);
    }
    return block;
}

void *__real_mpk_realloc(void *block, size_t old_size, size_t new_size);
void *__wrap_mpk_realloc(void *block, size_t old_size, size_t new_size);
void *__wrap_mpk_realloc(void *block, size_t old_size, size_t new_size) {
    void *there = __real_mpk_realloc(block, old_size, new_size);
    if (there != NULL && new_size > old_size) {
        VALGRIND_MAKE_MEM_UNDEFINED((char *)there + old_size, new_size - old_size);
    }
    return there;
}
