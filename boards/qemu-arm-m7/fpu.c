// The port's start-up code is for processors without a floating-point unit. This wraps the first function that it calls.

#include <stdint.h>

#define CPACR ((volatile uint32_t *)0xe000ed88)
#define CPACR_FULL_ACCESS (0xf << 20) // to coprocessors 10 and 11

void __real_uart_init(void);
void __wrap_uart_init(void);

void __wrap_uart_init(void) {
    *CPACR |= CPACR_FULL_ACCESS;
    __asm volatile("dsb\n isb");
    __real_uart_init();
}
