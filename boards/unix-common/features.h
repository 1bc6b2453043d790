// Settings that all unix boards share. A board's mpconfigvariant.h picks its feature level, object
// representation and number types, includes the port's own settings, and then this.

// The port's default is to raise KeyboardInterrupt straight from the signal handler. That is a
// longjmp out of whatever runs, Rust frames included, which is undefined behaviour and skips their
// destructors. With 0 it is scheduled, and the VM raises it between two bytecodes, as on a chip.
#undef MICROPY_ASYNC_KBD_INTR
#define MICROPY_ASYNC_KBD_INTR         (0)
