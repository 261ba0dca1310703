/* X.509 certificates, with or without their private keys: read from PEM or
 * PKCS#12 files, looked at, made. Ownership as in jose.h. */
#ifndef BL_CERTIFICATE_H
#define BL_CERTIFICATE_H

#include <stdint.h>

#include "jose.h"

#define BL_SHA1 20 /* bytes */

/* A certificate, and those above it that came with it. */
struct bl_certificate;

/* What a certificate says. */
struct bl_certificate_facts {
  unsigned char sha1[BL_SHA1];     /* of its DER: x5t, the thumbprint */
  unsigned char sha256[BL_SHA256]; /* x5t#S256 */
  int64_t not_before, not_after;   /* seconds since 1970 */
  const char *subject;             /* "CN=bylaw,O=Contoso": RFC 2253 */
  bool self_signed;
};

/* NULL is fine. */
void bl_certificate_free(struct bl_certificate *certificate);

/* Reads the certificates of a PEM text, the first of them the one meant, or one
 * in DER. BL_INVALID: *reason (static) says what is wrong and what would be
 * right. BL_NOMEM. */
enum bl_status bl_certificate_read(struct bl_text bytes,
                                   struct bl_certificate **out,
                                   const char **reason);

/* Reads a private key and its certificate from one file: PEM with both in any
 * order, or PKCS#12 (PFX), told apart by content. Meant is the certificate that
 * fits the key. `password` opens either; NULL: none is given. BL_INVALID as
 * bl_certificate_read: also when no certificate fits the key. */
enum bl_status bl_certificate_open(struct bl_text bytes, const char *password,
                                   struct bl_certificate **out,
                                   struct bl_key **key, const char **reason);

enum bl_status bl_certificate_facts(const struct bl_certificate *certificate,
                                    struct bl_arena *arena,
                                    struct bl_certificate_facts *out);

/* Its public key. BL_INVALID: none that libcrypto knows. BL_NOMEM. */
enum bl_status bl_certificate_key(const struct bl_certificate *certificate,
                                  struct bl_key **out);

/* Whether the private key is that of the certificate. */
bool bl_certificate_fits(const struct bl_certificate *certificate,
                         const struct bl_key *key);

/* Whether it is for that host: a name, or an address in digits. */
bool bl_certificate_names(const struct bl_certificate *certificate,
                          const char *host);

/* Its DER, then those above it as they came: `x5c`, were they in base64. The
 * array lies in the arena too. */
enum bl_status bl_certificate_chain(const struct bl_certificate *certificate,
                                    struct bl_arena *arena,
                                    struct bl_text **ders, size_t *count);

/* The same as PEM text. */
enum bl_status bl_certificate_pem(const struct bl_certificate *certificate,
                                  struct bl_arena *arena, struct bl_text *out);

/* Makes a self-signed certificate for a key: of the subject "CN=name", for the
 * names and addresses of `also` ("DNS:localhost,IP:127.0.0.1"; NULL: none),
 * valid from `not_before` (seconds since 1970) for so many days. It may
 * authenticate servers and clients, and is its own authority. BL_INVALID: the
 * key, a name or a time cannot be used. */
struct bl_certificate_plan {
  const char *name, *also;
  int64_t not_before;
  unsigned days;
};
enum bl_status bl_certificate_make(const struct bl_key *key,
                                   const struct bl_certificate_plan *plan,
                                   struct bl_certificate **out);

#endif
