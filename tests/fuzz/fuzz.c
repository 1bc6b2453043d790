// The module `fuzz`, in the firmware that is fuzzed: fuzz.run(function, arguments) has libFuzzer call function(data) with
// bytes of its making. An exception that comes out of it is a find, as is whatever the sanitizers see. It does not
// return.

#include <stdint.h>
#include <stdlib.h>

#include "py/mpprint.h"
#include "py/nlr.h"
#include "py/obj.h"
#include "py/runtime.h"

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

// It stays on the stack of fuzz_run, where the collector sees it.
static mp_obj_t fuzz_function;

static int fuzz_one(const uint8_t *data, size_t size) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(fuzz_function, mp_obj_new_bytes(data, size));
        nlr_pop();
        return 0;
    }
    mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    abort();
}

static mp_obj_t fuzz_run(mp_obj_t function, mp_obj_t arguments) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(arguments, &count, &items);
    int argc = count + 1;
    char **argv = calloc(argc + 1, sizeof(char *));
    argv[0] = "fuzz";
    for (size_t i = 0; i < count; i++) {
        argv[i + 1] = (char *)mp_obj_str_get_str(items[i]);
    }
    fuzz_function = function;
    exit(LLVMFuzzerRunDriver(&argc, &argv, fuzz_one));
}
static MP_DEFINE_CONST_FUN_OBJ_2(fuzz_run_obj, fuzz_run);

// Without all of the optimizer the compiler does not see that nothing can panic. What does is a find.
void mpickle_can_panic(void);
void mpickle_can_panic(void) {
    abort();
}

static const mp_rom_map_elem_t fuzz_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_fuzz)},
    {MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&fuzz_run_obj)},
};
static MP_DEFINE_CONST_DICT(fuzz_globals, fuzz_globals_table);

const mp_obj_module_t fuzz_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&fuzz_globals,
};
MP_REGISTER_MODULE(MP_QSTR_fuzz, fuzz_module);
