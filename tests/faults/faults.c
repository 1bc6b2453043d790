// The module `faults`, in test firmware only. The linker puts the __wrap_ functions below in the place of
// MicroPython's allocator, so that a test can
//
//     faults.fail_at(n)             make the n-th allocation from now fail,
//     faults.fail_at(n, True)       or that one and all that follow;
//     faults.collect_every(n)       collect garbage at every n-th allocation, and overwrite all free memory;
//     faults.count()                tell how many allocations there were since reset();
//     faults.fired()                tell how many of them were made to fail;
//     faults.reset()                stop all of it, and count from 0.
//
// It also watches every exception: one that would jump over a frame of Rust ends the program. Rust is entered between
// mpk_enter and mpk_finish, so the handler that is jumped to must lie above the frame that called mpk_enter.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "py/gc.h"
#include "py/mpstate.h"
#include "py/nlr.h"
#include "py/runtime.h"
#include "../../rust/glue/shim.h"
#include "watch.h"

// Its name before MicroPython 1.26.
#ifndef MP_NORETURN
#define MP_NORETURN NORETURN
#endif

#define POISON (0xa5)
#define MAX_DEPTH (64)

static size_t faults_allocations;
static size_t faults_fired;
static size_t faults_fail_at;
static bool faults_fail_forever;
static size_t faults_collect_every;
static bool faults_busy;

// Free blocks look as if they had been used again for something else.
static void faults_poison(void) {
    mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    for (size_t block = 0; block < area->gc_alloc_table_byte_len * 4; block++) {
        if ((area->gc_alloc_table_start[block / 4] >> (2 * (block & 3)) & 3) == 0) {
            void *start = area->gc_pool_start + block * MICROPY_BYTES_PER_GC_BLOCK;
            if (WATCHED) {
                watch_free(start, MICROPY_BYTES_PER_GC_BLOCK);
            } else {
                memset(start, POISON, MICROPY_BYTES_PER_GC_BLOCK);
            }
        }
    }
}

void __real_gc_collect(void);
void __wrap_gc_collect(void) {
    __real_gc_collect();
    if (WATCHED) {
        // The collector follows words that nobody has written, so what it wrote down counts as such, too.
        mp_state_mem_area_t *area = &MP_STATE_MEM(area);
        watch_written(area->gc_alloc_table_start, area->gc_alloc_table_byte_len);
        watch_written(&mp_state_ctx.mem, sizeof(mp_state_ctx.mem));
        faults_poison();
    }
}

// Counts an allocation and collects if it is time to; false if the allocation is to fail.
static bool faults_allow(void) {
    if (faults_busy || MP_STATE_THREAD(gc_lock_depth) > 0) {
        return true;
    }
    faults_allocations++;
    if (faults_collect_every && faults_allocations % faults_collect_every == 0) {
        faults_busy = true;
        gc_collect();
        faults_poison();
        faults_busy = false;
    }
    if (faults_fail_at &&
        (faults_fail_forever ? faults_allocations >= faults_fail_at : faults_allocations == faults_fail_at)) {
        faults_fired++;
        return false;
    }
    return true;
}

void *__real_gc_alloc(size_t size, unsigned int flags);
void *__wrap_gc_alloc(size_t size, unsigned int flags) {
    void *block = faults_allow() ? __real_gc_alloc(size, flags) : NULL;
    watch_block(block, size);
    return block;
}

// Freeing and shrinking never fail.
void *__real_gc_realloc(void *block, size_t size, bool allow_move);
void *__wrap_gc_realloc(void *block, size_t size, bool allow_move) {
    if (size != 0 && (block == NULL || size > gc_nbytes(block)) && !faults_allow()) {
        return NULL;
    }
    size_t before = block == NULL ? 0 : gc_nbytes(block);
    void *moved = __real_gc_realloc(block, size, allow_move);
    if (size == 0 || moved != NULL) {
        watch_free(block, before);
    }
    watch_block(moved, size);
    return moved;
}

void __real_gc_free(void *block);
void __wrap_gc_free(void *block) {
    size_t size = block == NULL ? 0 : gc_nbytes(block);
    if (faults_collect_every && block != NULL && !WATCHED) {
        memset(block, POISON, size);
    }
    __real_gc_free(block);
    watch_free(block, size);
}

// The frames below which Rust runs, the innermost one last.
static char *faults_entered[MAX_DEPTH];
static size_t faults_depth;

void __real_mpk_enter(mpk_guard_t *guard);
void __wrap_mpk_enter(mpk_guard_t *guard) {
    if (faults_depth < MAX_DEPTH) {
        faults_entered[faults_depth] = (char *)guard;
    }
    faults_depth++;
    __real_mpk_enter(guard);
}

mp_obj_t __real_mpk_finish(mpk_guard_t *guard, uint32_t status, mp_obj_t result);
mp_obj_t __wrap_mpk_finish(mpk_guard_t *guard, uint32_t status, mp_obj_t result) {
    faults_depth--;
    return __real_mpk_finish(guard, status, result);
}

MP_NORETURN void __real_nlr_jump(void *value);
MP_NORETURN void __wrap_nlr_jump(void *value) {
    if (faults_depth > 0 && faults_depth <= MAX_DEPTH) {
        // The stack grows downwards: an older frame has a higher address.
        if ((char *)MP_STATE_THREAD(nlr_top) > faults_entered[faults_depth - 1]) {
            fprintf(stderr, "faults: an exception is about to jump over Rust\n");
            abort();
        }
    }
    __real_nlr_jump(value);
}

static mp_obj_t faults_fail_at_(size_t n_args, const mp_obj_t *args) {
    faults_fail_forever = n_args > 1 && mp_obj_is_true(args[1]);
    faults_fired = 0;
    faults_fail_at = faults_allocations + mp_obj_get_int(args[0]);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(faults_fail_at_obj, 1, 2, faults_fail_at_);

static mp_obj_t faults_collect_every_(mp_obj_t every) {
    faults_collect_every = mp_obj_get_int(every);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(faults_collect_every_obj, faults_collect_every_);

static mp_obj_t faults_count_(void) {
    return MP_OBJ_NEW_SMALL_INT(faults_allocations);
}
static MP_DEFINE_CONST_FUN_OBJ_0(faults_count_obj, faults_count_);

static mp_obj_t faults_fired_(void) {
    return MP_OBJ_NEW_SMALL_INT(faults_fired);
}
static MP_DEFINE_CONST_FUN_OBJ_0(faults_fired_obj, faults_fired_);

static mp_obj_t faults_reset_(void) {
    faults_fail_at = 0;
    faults_collect_every = 0;
    faults_allocations = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(faults_reset_obj, faults_reset_);

// Calls its argument as Rust would be called, but catches nothing on the way: what it raises jumps over the call.
static mp_obj_t faults_careless_(mp_obj_t callable) {
    mpk_guard_t guard;
    mpk_enter(&guard);
    return mpk_finish(&guard, MPK_OK, mp_call_function_0(callable));
}
static MP_DEFINE_CONST_FUN_OBJ_1(faults_careless_obj, faults_careless_);

static const mp_rom_map_elem_t faults_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_faults)},
    {MP_ROM_QSTR(MP_QSTR_fail_at), MP_ROM_PTR(&faults_fail_at_obj)},
    {MP_ROM_QSTR(MP_QSTR_collect_every), MP_ROM_PTR(&faults_collect_every_obj)},
    {MP_ROM_QSTR(MP_QSTR_count), MP_ROM_PTR(&faults_count_obj)},
    {MP_ROM_QSTR(MP_QSTR_fired), MP_ROM_PTR(&faults_fired_obj)},
    {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&faults_reset_obj)},
    {MP_ROM_QSTR(MP_QSTR_careless), MP_ROM_PTR(&faults_careless_obj)},
};
static MP_DEFINE_CONST_DICT(faults_globals, faults_globals_table);

const mp_obj_module_t faults_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&faults_globals,
};
MP_REGISTER_MODULE(MP_QSTR_faults, faults_module);
