#include "clock.h"

#include <time.h>

static int64_t now(clockid_t which) {
  struct timespec t = {0};
  clock_gettime(which, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t bl_clock_ms(const struct bl_clock *clock) {
  return now(CLOCK_REALTIME) + atomic_load(&clock->shift_ms);
}

int64_t bl_clock_steady_ms(void) { return now(CLOCK_MONOTONIC); }
