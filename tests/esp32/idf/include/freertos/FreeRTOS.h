// Stands in for ESP-IDF's headers: the types that MicroPython's esp32 port names in its own.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define IRAM_ATTR

typedef void *TaskHandle_t;
typedef void *SemaphoreHandle_t;
typedef struct { char room[80]; } StaticSemaphore_t;
