#include "jose.h"

#include <limits.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base64.h"
#include "pkey.h"

#define MAX_KEY_BITS 16384 /* beyond which verifying takes too long */

/* --- shared with certificate.c ------------------------------------------- */

int bl_password_give(char *out, int size, int writing, void *ud) {
  struct bl_password *password = ud;
  (void)writing;
  password->asked = true;
  size_t len = password->text == NULL ? 0 : strlen(password->text);
  if (password->text == NULL || len > (size_t)size) return -1;
  memcpy(out, password->text, len);
  return (int)len;
}

BIO *bl_bio_of(struct bl_text bytes) {
  return bytes.len > INT_MAX ? NULL
                             : BIO_new_mem_buf(bytes.bytes, (int)bytes.len);
}

enum bl_status bl_bio_text(BIO *bio, struct bl_arena *arena,
                           struct bl_text *out) {
  char *bytes = NULL;
  long len = BIO_get_mem_data(bio, &bytes);
  if (len < 0) return BL_NOMEM;
  out->bytes = bl_arena_copy(arena, bytes, (size_t)len);
  out->len = (size_t)len;
  return out->bytes == NULL ? BL_NOMEM : BL_OK;
}

void bl_wipe(void *bytes, size_t len) { OPENSSL_cleanse(bytes, len); }

enum bl_status bl_sha256(struct bl_text bytes, unsigned char out[BL_SHA256]) {
  return EVP_Digest(bytes.bytes, bytes.len, out, NULL, EVP_sha256(), NULL) == 1
             ? BL_OK
             : BL_NOMEM;
}

/* --- keys ---------------------------------------------------------------- */

bool bl_algorithm_named(struct bl_text name, enum bl_algorithm *out) {
  *out = bl_text_is(name, "PS256") ? BL_PS256 : BL_RS256;
  return *out == BL_PS256 || bl_text_is(name, "RS256");
}

void bl_key_free(struct bl_key *key) { EVP_PKEY_free(bl_pkey(key)); }

/* Whether it can sign or verify a token. */
static bool is_fit(const struct bl_key *key) {
  int bits = EVP_PKEY_get_bits(bl_pkey(key));
  return EVP_PKEY_is_a(bl_pkey(key), "RSA") && bits >= BL_MIN_KEY_BITS &&
         bits <= MAX_KEY_BITS;
}

enum bl_status bl_key_make(unsigned bits, struct bl_key **out) {
  *out = bl_key_of(EVP_RSA_gen(bits));
  ERR_clear_error();
  return *out == NULL ? BL_NOMEM : BL_OK;
}

static bool holds(struct bl_text text, const char *word) {
  size_t len = strlen(word);
  for (size_t i = 0; i + len <= text.len; i++)
    if (memcmp(text.bytes + i, word, len) == 0) return true;
  return false;
}

/* Why no private key could be read. */
static const char *unread(struct bl_text pem,
                          const struct bl_password *password) {
  if (password->asked)
    return password->text == NULL
               ? "the private key is encrypted; give its password"
               : "the password does not open the private key";
  if (holds(pem, "-----BEGIN OPENSSH PRIVATE KEY-----"))
    return "the private key is in OpenSSH's format; convert it to PEM with "
           "ssh-keygen -p -m PEM";
  if (holds(pem, "PRIVATE KEY-----"))
    return "the private key cannot be read; it is damaged, or of an unknown "
           "kind";
  return "there is no private key in it; a PEM block such as -----BEGIN "
         "PRIVATE KEY----- is due";
}

enum bl_status bl_key_read(struct bl_text pem, const char *password,
                           struct bl_key **out, const char **reason) {
  struct bl_password giver = {.text = password};
  *out = NULL;
  BIO *bio = bl_bio_of(pem);
  if (bio == NULL) return BL_NOMEM;
  *out =
      bl_key_of(PEM_read_bio_PrivateKey(bio, NULL, bl_password_give, &giver));
  BIO_free(bio);
  ERR_clear_error();
  if (*out != NULL) return BL_OK;
  *reason = unread(pem, &giver);
  return BL_INVALID;
}

/* Whether there is a private half; asked of RSA keys alone, for others may
 * have one that cannot be looked at. */
static bool is_private(const struct bl_key *key) {
  BIGNUM *d = NULL;
  bool found = EVP_PKEY_get_bn_param(bl_pkey(key), OSSL_PKEY_PARAM_RSA_D, &d);
  BN_clear_free(d);
  ERR_clear_error();
  return found;
}

enum bl_status bl_key_pem(const struct bl_key *key, struct bl_arena *arena,
                          struct bl_text *out) {
  if (EVP_PKEY_is_a(bl_pkey(key), "RSA") && !is_private(key)) return BL_INVALID;
  BIO *bio = BIO_new(BIO_s_secmem());
  if (bio == NULL) return BL_NOMEM;
  enum bl_status s = BL_NOMEM;
  if (PEM_write_bio_PKCS8PrivateKey(bio, bl_pkey(key), NULL, NULL, 0, NULL,
                                    NULL) == 1)
    s = bl_bio_text(bio, arena, out);
  BIO_free(bio);
  ERR_clear_error();
  return s;
}

/* --- JSON Web Keys ------------------------------------------------------- */

/* One number of a key in base64url. */
static enum bl_status write_number(const struct bl_key *key, const char *name,
                                   struct bl_arena *arena,
                                   struct bl_text *out) {
  enum bl_status s = BL_NOMEM;
  BIGNUM *number = NULL;
  if (!EVP_PKEY_get_bn_param(bl_pkey(key), name, &number)) return BL_NOMEM;
  size_t len = (size_t)BN_num_bytes(number);
  unsigned char *bytes = bl_arena_take(arena, len);
  if (bytes != NULL && BN_bn2bin(number, bytes) >= 0)
    s = bl_base64_write((struct bl_text){(const char *)bytes, len},
                        BL_BASE64_URL, arena, out);
  BN_free(number);
  return s;
}

enum bl_status bl_key_jwk(const struct bl_key *key, struct bl_arena *arena,
                          struct bl_jwk *out) {
  if (!EVP_PKEY_is_a(bl_pkey(key), "RSA")) return BL_INVALID;
  enum bl_status s = write_number(key, OSSL_PKEY_PARAM_RSA_N, arena, &out->n);
  if (s == BL_OK) s = write_number(key, OSSL_PKEY_PARAM_RSA_E, arena, &out->e);
  ERR_clear_error();
  return s;
}

static enum bl_status read_number(struct bl_text text, struct bl_arena *arena,
                                  BIGNUM **out) {
  struct bl_text bytes;
  enum bl_status s = bl_base64_read(text, arena, &bytes);
  if (s != BL_OK) return s;
  if (bytes.len > MAX_KEY_BITS / 8) return BL_INVALID;
  *out = BN_bin2bn((const unsigned char *)bytes.bytes, (int)bytes.len, NULL);
  return *out == NULL ? BL_NOMEM : BL_OK;
}

/* The public key of two numbers, or NULL. */
static EVP_PKEY *assemble(const BIGNUM *n, const BIGNUM *e) {
  EVP_PKEY *pkey = NULL;
  OSSL_PARAM *params = NULL;
  OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
  if (build != NULL && context != NULL &&
      OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
      OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
    params = OSSL_PARAM_BLD_to_param(build);
  if (params != NULL && EVP_PKEY_fromdata_init(context) == 1)
    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params);
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(build);
  EVP_PKEY_CTX_free(context);
  return pkey;
}

enum bl_status bl_key_of_jwk(const struct bl_jwk *jwk, struct bl_arena *arena,
                             struct bl_key **out) {
  BIGNUM *n = NULL, *e = NULL;
  *out = NULL;
  enum bl_status s = read_number(jwk->n, arena, &n);
  if (s == BL_OK) s = read_number(jwk->e, arena, &e);
  if (s == BL_OK && !(BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e)))
    s = BL_INVALID;
  if (s == BL_OK) *out = bl_key_of(assemble(n, e));
  if (s == BL_OK && *out == NULL) s = BL_NOMEM;
  if (s == BL_OK && !is_fit(*out)) {
    bl_key_free(*out);
    *out = NULL;
    s = BL_INVALID;
  }
  BN_free(n);
  BN_free(e);
  ERR_clear_error();
  return s;
}

/* --- signatures ---------------------------------------------------------- */

/* The salt is said, for OpenSSL would take the longest there is room for. */
static bool set_padding(EVP_PKEY_CTX *context, enum bl_algorithm algorithm) {
  if (algorithm == BL_RS256)
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/* The signature of some bytes; NULL: no memory. */
static unsigned char *sign(EVP_PKEY *pkey, enum bl_algorithm algorithm,
                           struct bl_text bytes, struct bl_arena *arena,
                           size_t *len) {
  EVP_PKEY_CTX *padding;
  const unsigned char *from = (const unsigned char *)bytes.bytes;
  unsigned char *signature = NULL;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  *len = (size_t)EVP_PKEY_get_size(pkey);
  if (context != NULL &&
      EVP_DigestSignInit(context, &padding, EVP_sha256(), NULL, pkey) == 1 &&
      set_padding(padding, algorithm))
    signature = bl_arena_take(arena, *len);
  if (signature != NULL &&
      EVP_DigestSign(context, signature, len, from, bytes.len) != 1)
    signature = NULL;
  EVP_MD_CTX_free(context);
  return signature;
}

/* Why a key cannot sign, or NULL. */
static const char *unfit(const struct bl_key *key) {
  if (!EVP_PKEY_is_a(bl_pkey(key), "RSA"))
    return "the key is not an RSA key, and RS256 and PS256 need one";
  if (!is_fit(key))
    return "the RSA key is too short or too long; one of 2048 bits is right";
  return is_private(key) ? NULL
                         : "the key is a public one; signing takes the "
                           "private one";
}

/* "left.right" */
static enum bl_status join(struct bl_text left, struct bl_text right,
                           struct bl_arena *arena, struct bl_text *out) {
  size_t len = left.len + 1 + right.len;
  char *text = bl_arena_take(arena, len + 1);
  if (text == NULL) return BL_NOMEM;
  memcpy(text, left.bytes, left.len);
  text[left.len] = '.';
  memcpy(text + left.len + 1, right.bytes, right.len);
  text[len] = '\0';
  *out = (struct bl_text){text, len};
  return BL_OK;
}

enum bl_status bl_jose_sign(const struct bl_key *key,
                            enum bl_algorithm algorithm, struct bl_text header,
                            struct bl_text claims, struct bl_arena *arena,
                            struct bl_text *out, const char **reason) {
  struct bl_text left, right, signed_part;
  size_t len;
  const char *why = unfit(key);
  if (why != NULL) {
    *reason = why;
    return BL_INVALID;
  }
  enum bl_status s = bl_base64_write(header, BL_BASE64_URL, arena, &left);
  if (s == BL_OK) s = bl_base64_write(claims, BL_BASE64_URL, arena, &right);
  if (s == BL_OK) s = join(left, right, arena, &signed_part);
  if (s != BL_OK) return s;
  unsigned char *signature =
      sign(bl_pkey(key), algorithm, signed_part, arena, &len);
  ERR_clear_error();
  if (signature == NULL) return BL_NOMEM;
  s = bl_base64_write((struct bl_text){(const char *)signature, len},
                      BL_BASE64_URL, arena, &right);
  return s == BL_OK ? join(signed_part, right, arena, out) : s;
}

/* The bytes up to the next dot, or to the end; moves behind the dot. */
static struct bl_text part(const char **at, const char *end) {
  const char *start = *at;
  const char *dot = memchr(start, '.', (size_t)(end - start));
  *at = dot == NULL ? end : dot + 1;
  return (struct bl_text){start, (size_t)((dot == NULL ? end : dot) - start)};
}

enum bl_status bl_jose_read(struct bl_text token, struct bl_arena *arena,
                            struct bl_jose *out) {
  const char *at = token.bytes, *end = token.bytes + token.len;
  size_t dots = 0;
  for (size_t i = 0; i < token.len; i++) dots += token.bytes[i] == '.';
  if (dots != 2) return BL_INVALID;
  struct bl_text header = part(&at, end), claims = part(&at, end);
  struct bl_text signature = part(&at, end);
  if (header.len == 0 || claims.len == 0) return BL_INVALID;
  out->signed_part = (struct bl_text){token.bytes, header.len + 1 + claims.len};
  enum bl_status s = bl_base64_read(header, arena, &out->header);
  if (s == BL_OK) s = bl_base64_read(claims, arena, &out->claims);
  if (s == BL_OK) s = bl_base64_read(signature, arena, &out->signature);
  return s;
}

enum bl_status bl_jose_verify(const struct bl_jose *token,
                              enum bl_algorithm algorithm,
                              const struct bl_key *key) {
  EVP_PKEY_CTX *padding;
  struct bl_text bytes = token->signed_part, signature = token->signature;
  if (!is_fit(key)) return BL_INVALID;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  enum bl_status s = BL_NOMEM;
  if (context != NULL &&
      EVP_DigestVerifyInit(context, &padding, EVP_sha256(), NULL,
                           bl_pkey(key)) == 1 &&
      set_padding(padding, algorithm))
    s = EVP_DigestVerify(context, (const unsigned char *)signature.bytes,
                         signature.len, (const unsigned char *)bytes.bytes,
                         bytes.len) == 1
            ? BL_OK
            : BL_INVALID;
  EVP_MD_CTX_free(context);
  ERR_clear_error();
  return s;
}
