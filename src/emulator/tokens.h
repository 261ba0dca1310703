/* Bearer tokens. */
#ifndef BL_TOKENS_H
#define BL_TOKENS_H

#include <stdbool.h>

#define BL_TOKEN_TEXT 44 /* bytes of a token made here, the NUL included */

enum bl_bearer { BL_BEARER_RIGHT, BL_BEARER_NONE, BL_BEARER_WRONG };

/* Holds an Authorization header (or NULL) against the token, in a time that
 * does not tell how much of it was right. */
enum bl_bearer bl_token_check(const char *token, const char *authorization);

/* Whether a text can stand in the header: visible ASCII, one byte at least. */
bool bl_token_fit(const char *token);

/* A token that nobody can guess. False: the system has no random bytes. */
bool bl_token_make(char out[BL_TOKEN_TEXT]);

#endif
