/* Why something could not be started, in words. */
#ifndef BL_REASON_H
#define BL_REASON_H

#include "core/status.h"

#define BL_REASON 512 /* bytes of a reason, the NUL included */

/* Writes the reason, cut where it is too long, and returns the status. A
 * reason says what is wrong and what would be right. */
enum bl_status bl_because(char reason[BL_REASON], enum bl_status status,
                          const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
