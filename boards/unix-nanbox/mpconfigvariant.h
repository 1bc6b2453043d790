// 32 bits with object representation D: an object is a 64-bit word, a double that is not a number
// holds a pointer or a small integer. MicroPython's own variant says how.
#include "variants/nanbox/mpconfigvariant.h"
#include "../unix-common/features.h"
