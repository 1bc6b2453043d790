// A plain 64-bit REPL with all that MicroPython offers.
#define MICROPY_CONFIG_ROM_LEVEL       (MICROPY_CONFIG_ROM_LEVEL_EVERYTHING)

#include "variants/mpconfigvariant_common.h"
#include "../unix-common/features.h"
