/* Time that passes: a clock that nobody sets, and waiting. */
#ifndef BL_CLOCK_H
#define BL_CLOCK_H

#include <stdint.h>

/* Microseconds since some moment; never goes back. */
int64_t bl_clock_us(void);

/* Waits that long, 0 at least, or until a signal comes. */
void bl_clock_pause(int64_t us);

#endif
