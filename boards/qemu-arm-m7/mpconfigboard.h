// The port's settings, but doubles.
#include "mpconfigport.h"

#undef MICROPY_FLOAT_IMPL
#define MICROPY_FLOAT_IMPL             (MICROPY_FLOAT_IMPL_DOUBLE)
