// For MicroPython's collector, which is compiled without AddressSanitizer and may look at all of the heap: the
// sanitizer would check what these functions touch wherever they are called from.

#include <stddef.h>

static inline void *unsanitized_memset(void *to, int value, size_t size) {
    volatile char *bytes = to;
    while (size--) {
        *bytes++ = value;
    }
    return to;
}

static inline void *unsanitized_memcpy(void *to, const void *from, size_t size) {
    volatile char *bytes = to;
    const char *source = from;
    while (size--) {
        *bytes++ = *source++;
    }
    return to;
}

#include <string.h>
#undef memset
#undef memcpy
#define memset unsanitized_memset
#define memcpy unsanitized_memcpy
