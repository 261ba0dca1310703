#include "clock.h"

#include <time.h>

#define SECOND 1000000 /* in microseconds */

int64_t bl_clock_us(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

void bl_clock_pause(int64_t us) {
  struct timespec span = {.tv_sec = (time_t)(us / SECOND),
                          .tv_nsec = (long)(us % SECOND) * 1000};
  nanosleep(&span, NULL);
}
