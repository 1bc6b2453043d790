// MicroPython without a main program: a heap, the interpreter's state, and what the tests ask of them.
#ifndef HOST_HARNESS_H
#define HOST_HARNESS_H

#include "../glue/shim.h"

// Starts an interpreter whose heap is `heap`, and which scans the stack from `stack_top` down.
void host_start(void *stack_top, void *heap, size_t size);
void host_stop(void);

void host_collect(void);
// Collects before every allocation from now on, or only when there is no room.
void host_collect_always(bool always);

// Bytes of the heap in use.
size_t host_used(void);
// How many bytes the block has that begins here, 0 if none does.
size_t host_block_size(const void *block);
// Where the allocator begins its search for free blocks.
size_t host_search(void);

// Runs a program; false if it raised, which is printed.
bool host_run(const char *program);

#endif // HOST_HARNESS_H
