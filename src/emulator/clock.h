/* The emulator's clock: the system's, shifted at will. For any thread. */
#ifndef BL_CLOCK_H
#define BL_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

/* All zero: not shifted. */
struct bl_clock {
  atomic_llong shift_ms;
};

/* Milliseconds since 1970. */
int64_t bl_clock_ms(const struct bl_clock *clock);

/* Milliseconds since some moment, which no one can shift. */
int64_t bl_clock_steady_ms(void);

#endif
