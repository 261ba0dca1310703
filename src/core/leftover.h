/* Texts that are no JSON, and what they most likely are: placeholders of the
 * documentation, escapes of a shell, output of a cmdlet. */
#ifndef BL_LEFTOVER_H
#define BL_LEFTOVER_H

#include "value.h"

/* What the text looks like and what to do about it, in words; NULL: nothing
 * known. Static. */
const char *bl_leftover_words(struct bl_text text);

#endif
