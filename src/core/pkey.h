/* For jose.c and certificate.c alone: what a bl_key is, and what else they
 * share of OpenSSL. */
#ifndef BL_PKEY_H
#define BL_PKEY_H

#include <openssl/bio.h>
#include <openssl/evp.h>

#include "jose.h"

/* A key is OpenSSL's own, under our name. */
static inline struct bl_key *bl_key_of(EVP_PKEY *pkey) {
  return (struct bl_key *)pkey;
}

static inline EVP_PKEY *bl_pkey(const struct bl_key *key) {
  return (EVP_PKEY *)(uintptr_t)key;
}

/* A password for OpenSSL to ask for, and whether it did. */
struct bl_password {
  const char *text; /* NULL: there is none */
  bool asked;
};

/* A pem_password_cb whose `ud` is a bl_password. */
int bl_password_give(char *out, int size, int writing, void *ud);

/* Reads bytes, which are borrowed; NULL: no memory, or too many of them. */
BIO *bl_bio_of(struct bl_text bytes);

/* A copy of what was written into a memory BIO. BL_NOMEM. */
enum bl_status bl_bio_text(BIO *bio, struct bl_arena *arena,
                           struct bl_text *out);

#endif
