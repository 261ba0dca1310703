/* The certificate and the key that the emulator serves TLS with: given ones, or
 * ones that it makes for itself. */
#ifndef BL_TLS_H
#define BL_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "reason.h"

struct bl_tls {
  char *certificate, *key; /* PEM; NULL: no TLS */
  char *ca_file;           /* a path: what clients trust; NULL: no TLS */
  bool passing; /* ca_file and its folder go when the emulator does */
};

/* Reads both files (paths). BL_INVALID: one cannot be read or used, or they do
 * not belong together; `reason` says which, and what would be right. */
enum bl_status bl_tls_read(const char *certificate, const char *key,
                           struct bl_tls *out, char reason[BL_REASON]);

/* Takes what an earlier start made beside the store, `STORE-tls.pem` and
 * `STORE-tls.key`, while it serves `host` for some days more; else makes both,
 * the key for its owner alone. For a store without a file the certificate lies
 * in a temporary folder, and the key in none. BL_STORE: a file cannot be
 * written. */
enum bl_status bl_tls_make(const char *store, const char *host, int64_t now_s,
                           struct bl_tls *out, char reason[BL_REASON]);

/* Frees the texts, wipes the key, removes what was passing. */
void bl_tls_free(struct bl_tls *tls);

#endif
