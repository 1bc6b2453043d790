// Memory of MicroPython's heap for Rust. None of these raises; a finaliser may run in any of them.

#include "py/gc.h"
#include "py/mpstate.h"
#include "shim_private.h"

// Where MicroPython's allocator begins its search for free blocks. It moves on with each single block that is found, but
// not with a run of blocks: a million tuples would each be searched for past all those before them. So it is moved here
// too, past the run that was found last. Free blocks before that are out of sight until the next collection, or until
// mpk_search_restore at the end of the call into mpickle.
//
// Without a global lock another thread may be at it, and it is left alone.
#define MPK_MOVE_SEARCH (!MPK_IN_PARALLEL)

#if MPK_MOVE_SEARCH

#if MICROPY_GC_SPLIT_HEAP
#define MPK_NEXT_AREA(area) ((area)->next)
#define MPK_SEARCH_AREA (MP_STATE_MEM(gc_last_free_area))
#else
#define MPK_NEXT_AREA(area) (NULL)
#define MPK_SEARCH_AREA (&MP_STATE_MEM(area))
#endif
#define MPK_BLOCKS_PER_ATB (4)

static void mpk_search_move(uint8_t *block) {
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = MPK_NEXT_AREA(area)) {
        if (area->gc_pool_start <= block && block < area->gc_pool_end) {
            #if MICROPY_GC_SPLIT_HEAP
            MP_STATE_MEM(gc_last_free_area) = area;
            #endif
            area->gc_last_free_atb_index =
                (block - area->gc_pool_start) / MICROPY_BYTES_PER_GC_BLOCK / MPK_BLOCKS_PER_ATB;
            return;
        }
    }
}

void mpk_search_save(mpk_search_t *search) {
    search->area = MPK_SEARCH_AREA;
    search->index = MPK_SEARCH_AREA->gc_last_free_atb_index;
}

// Whether none of the blocks that a byte of the allocation table tells of is free.
static bool mpk_is_full(uint8_t blocks) {
    return ((blocks | blocks >> 1) & 0x55) == 0x55;
}

// The earlier of the saved place and the present one, which a collection may have moved back; and from there on past what
// is in use, or the next call would search through all that this one has left there.
void mpk_search_restore(const mpk_search_t *search) {
    for (mp_state_mem_area_t *area = &MP_STATE_MEM(area); area != NULL; area = MPK_NEXT_AREA(area)) {
        if (area == search->area) {
            #if MICROPY_GC_SPLIT_HEAP
            MP_STATE_MEM(gc_last_free_area) = area;
            #endif
            size_t index = MIN(area->gc_last_free_atb_index, search->index);
            while (index < area->gc_alloc_table_byte_len && mpk_is_full(area->gc_alloc_table_start[index])) {
                index++;
            }
            area->gc_last_free_atb_index = index;
            return;
        }
        if (area == MPK_SEARCH_AREA) {
            return;
        }
    }
}

#else

void mpk_search_save(mpk_search_t *search) {
    (void)search;
}

void mpk_search_restore(const mpk_search_t *search) {
    (void)search;
}

#endif

void *mpk_alloc(size_t size) {
    uint8_t *block = m_malloc_maybe(size);
    #if MPK_MOVE_SEARCH
    if (size <= MICROPY_BYTES_PER_GC_BLOCK) {
        return block;
    }
    if (block == NULL) {
        // Where collection is switched off, the free blocks that are out of sight are the last resort.
        mpk_search_move(MP_STATE_MEM(area).gc_pool_start);
        block = m_malloc_maybe(size);
    }
    if (block != NULL) {
        mpk_search_move(block + size);
    }
    #endif
    return block;
}

void *mpk_realloc(void *block, size_t old_size, size_t new_size) {
    #if MICROPY_MALLOC_USES_ALLOCATED_SIZE
    void *there = m_realloc_maybe(block, old_size, new_size, false);
    #else
    void *there = m_realloc_maybe(block, new_size, false);
    #endif
    if (there != NULL) {
        return there;
    }
    // What grows leaves a hole behind that other objects can fill: it must not get out of sight.
    mpk_search_t search;
    mpk_search_save(&search);
    void *larger = mpk_alloc(new_size);
    if (larger != NULL && block != NULL) {
        memcpy(larger, block, old_size);
        mpk_free(block, old_size);
    }
    mpk_search_restore(&search);
    return larger;
}

void mpk_free(void *block, size_t size) {
    #if MICROPY_MALLOC_USES_ALLOCATED_SIZE
    m_free(block, size);
    #else
    (void)size;
    m_free(block);
    #endif
}
