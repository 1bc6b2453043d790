#include "boards/ESP32_GENERIC_C6/mpconfigboard.h"

#undef MICROPY_HW_BOARD_NAME
#define MICROPY_HW_BOARD_NAME "ESP32C6 module with mpickle"
