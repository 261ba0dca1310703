#include "reason.h"

#include <stdarg.h>
#include <stdio.h>

enum bl_status bl_because(char reason[BL_REASON], enum bl_status status,
                          const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(reason, BL_REASON, format, args);
  va_end(args);
  return status;
}
