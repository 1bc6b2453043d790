#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "py/compile.h"
#include "py/gc.h"
#include "py/mpprint.h"
#include "py/mpstate.h"
#include "py/nlr.h"
#include "py/runtime.h"
#include "harness.h"

// What the port's main.c has besides main().

static void print_to_stderr(void *data, const char *text, size_t len) {
    (void)data;
    fwrite(text, 1, len, stderr);
}

const mp_print_t mp_stderr_print = {NULL, print_to_stderr};

void nlr_jump_fail(void *value) {
    fprintf(stderr, "uncaught NLR jump: %p\n", value);
    abort();
}

void host_start(void *stack_top, void *heap, size_t size) {
    MP_STATE_THREAD(stack_top) = stack_top;
    #if MICROPY_STACK_CHECK
    MP_STATE_THREAD(stack_limit) = 256 * 1024;
    #endif
    gc_init(heap, (char *)heap + size);
    mp_init();
    mp_sys_path = mp_obj_new_list(0, NULL);
}

void host_stop(void) {
    gc_sweep_all();
    mp_deinit();
}

void host_collect(void) {
    gc_collect();
}

void host_collect_always(bool always) {
    MP_STATE_MEM(gc_alloc_threshold) = always ? 0 : (size_t)-1;
}

size_t host_used(void) {
    gc_info_t info;
    gc_info(&info);
    return info.used;
}

size_t host_block_size(const void *block) {
    return gc_nbytes(block);
}

size_t host_search(void) {
    return MP_STATE_MEM(area).gc_last_free_atb_index;
}

bool host_run(const char *program) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_lexer_t *lexer = mp_lexer_new_from_str_len(MP_QSTR__lt_stdin_gt_, program, strlen(program), 0);
        mp_parse_tree_t tree = mp_parse(lexer, MP_PARSE_FILE_INPUT);
        mp_call_function_0(mp_compile(&tree, MP_QSTR__lt_stdin_gt_, false));
        nlr_pop();
        return true;
    }
    mp_obj_print_exception(&mp_stderr_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    return false;
}
