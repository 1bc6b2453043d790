// As the board unix, with threads.
#define MICROPY_CONFIG_ROM_LEVEL       (MICROPY_CONFIG_ROM_LEVEL_EVERYTHING)

#include "variants/mpconfigvariant_common.h"
#include "../unix-common/features.h"
