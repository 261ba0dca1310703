/* What bylaw.emulator is started with, read from a Lua table. */
#ifndef BL_EMULATOR_OPTIONS_H
#define BL_EMULATOR_OPTIONS_H

#include <lua.h>

#include "emulator/emulator.h"

#define BL_MAX_LAG 3600000 /* milliseconds: an hour */

/* Reads the table at index 1; raises for what is no option or has no such
 * value. The texts are that table's, or are put into the table at index 2: both
 * must stay on the stack. */
void bl_read_emulator_options(lua_State *L, struct bl_emulator_options *o);

#endif
