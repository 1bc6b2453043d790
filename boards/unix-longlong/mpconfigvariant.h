// 32 bits with what small chips have: object representation C (floats of 30 bits inside the object
// word), single precision, and integers that end at 64 bits.
#define MICROPY_CONFIG_ROM_LEVEL       (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#define MICROPY_LONGINT_IMPL           (MICROPY_LONGINT_IMPL_LONGLONG)
#define MICROPY_OBJ_REPR               (MICROPY_OBJ_REPR_C)
#define MICROPY_FLOAT_IMPL             (MICROPY_FLOAT_IMPL_FLOAT)
// The port leaves these types to whoever chooses a representation.
typedef int mp_int_t;
typedef unsigned int mp_uint_t;

#include "variants/mpconfigvariant_common.h"
#include "../unix-common/features.h"
