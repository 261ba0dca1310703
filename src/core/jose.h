/* Keys and signed tokens: JSON Web Signatures in their compact form (RFC 7515),
 * with the two algorithms that the identity platform takes, and RSA keys as
 * JSON Web Keys. OpenSSL's libcrypto does the arithmetic; it is included in
 * jose.c and certificate.c alone.
 *
 * Texts lie in the arena that was given. A key is a handle: who got it frees
 * it. Every function may be called on any thread, on one key too. Nothing asks
 * a terminal for a password. */
#ifndef BL_JOSE_H
#define BL_JOSE_H

#include <stdbool.h>

#include "arena.h"
#include "status.h"
#include "value.h"

#define BL_MIN_KEY_BITS 2048 /* of an RSA key that signs or verifies tokens */

/* A private or a public key. */
struct bl_key;

enum bl_algorithm {
  BL_RS256, /* RSASSA-PKCS1-v1_5 with SHA-256 */
  BL_PS256, /* RSASSA-PSS with SHA-256, MGF1 of it, a salt of 32 bytes */
};

/* False: `name` is neither "RS256" nor "PS256". */
bool bl_algorithm_named(struct bl_text name, enum bl_algorithm *out);

/* NULL is fine. What was secret in the key is wiped. */
void bl_key_free(struct bl_key *key);

/* A new RSA key of so many bits, BL_MIN_KEY_BITS at least; takes a tenth of a
 * second for 2048. BL_NOMEM: no memory, or no random bytes. */
enum bl_status bl_key_make(unsigned bits, struct bl_key **out);

/* Reads a private key of any kind from PEM text. `password` opens an encrypted
 * one; NULL: none is given. BL_INVALID: *reason (static) says what is wrong and
 * what would be right. BL_NOMEM. */
enum bl_status bl_key_read(struct bl_text pem, const char *password,
                           struct bl_key **out, const char **reason);

/* The private key as PEM text (PKCS#8, not encrypted). BL_INVALID: it is a
 * public one. BL_NOMEM. */
enum bl_status bl_key_pem(const struct bl_key *key, struct bl_arena *arena,
                          struct bl_text *out);

/* The modulus and the exponent of an RSA key, as a JSON Web Key has them: in
 * base64url. BL_INVALID: the key is not RSA. BL_NOMEM. */
struct bl_jwk {
  struct bl_text n, e;
};
enum bl_status bl_key_jwk(const struct bl_key *key, struct bl_arena *arena,
                          struct bl_jwk *out);

/* The public key of a JSON Web Key. BL_INVALID: no base64url, or no RSA key of
 * BL_MIN_KEY_BITS to 16384 bits. BL_NOMEM. */
enum bl_status bl_key_of_jwk(const struct bl_jwk *jwk, struct bl_arena *arena,
                             struct bl_key **out);

/* Signs. `header` and `claims` are JSON texts as they are to be sent; it is the
 * caller who names the algorithm in the header. BL_INVALID: *reason (static)
 * says why this key cannot sign: a public one, not RSA, too short. BL_NOMEM. */
enum bl_status bl_jose_sign(const struct bl_key *key,
                            enum bl_algorithm algorithm, struct bl_text header,
                            struct bl_text claims, struct bl_arena *arena,
                            struct bl_text *out, const char **reason);

/* A token taken apart. */
struct bl_jose {
  struct bl_text header, claims; /* decoded; JSON, if the sender meant well */
  struct bl_text signature;      /* decoded: bytes */
  struct bl_text signed_part;    /* borrowed from the token */
};

/* Takes a token apart, unverified. BL_INVALID: not three parts in base64url
 * with something in the first two. BL_NOMEM. */
enum bl_status bl_jose_read(struct bl_text token, struct bl_arena *arena,
                            struct bl_jose *out);

/* Whether the signature is this key's, by this algorithm. BL_INVALID: it is
 * not, or the key is not RSA or too short. BL_NOMEM. */
enum bl_status bl_jose_verify(const struct bl_jose *token,
                              enum bl_algorithm algorithm,
                              const struct bl_key *key);

/* The SHA-256 of some bytes. BL_NOMEM. */
#define BL_SHA256 32 /* bytes */
enum bl_status bl_sha256(struct bl_text bytes, unsigned char out[BL_SHA256]);

/* Overwrites secrets before their memory is given back. */
void bl_wipe(void *bytes, size_t len);

#endif
