#include "certificate.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include "pkey.h"

struct bl_certificate {
  X509 *leaf;
  STACK_OF(X509) * above; /* as they came; NULL: none */
};

void bl_certificate_free(struct bl_certificate *c) {
  if (c == NULL) return;
  X509_free(c->leaf);
  sk_X509_pop_free(c->above, X509_free);
  free(c);
}

/* Takes both, also when there is no memory for them. */
static enum bl_status wrap(X509 *leaf, STACK_OF(X509) * above,
                           struct bl_certificate **out) {
  struct bl_certificate *c = calloc(1, sizeof *c);
  *out = c;
  if (c == NULL) {
    X509_free(leaf);
    sk_X509_pop_free(above, X509_free);
    return BL_NOMEM;
  }
  c->leaf = leaf;
  c->above = above;
  return BL_OK;
}

/* --- reading ------------------------------------------------------------- */

/* Whether the bytes begin as DER does: a sequence with a long length. */
static bool is_der(struct bl_text bytes) {
  return bytes.len > 4 && (unsigned char)bytes.bytes[0] == 0x30 &&
         (unsigned char)bytes.bytes[1] >= 0x80;
}

/* All certificates of a PEM text; NULL: no memory. */
static STACK_OF(X509) * read_all(struct bl_text pem) {
  struct bl_password none = {.text = NULL};
  BIO *bio = bl_bio_of(pem);
  STACK_OF(X509) *all = sk_X509_new_null();
  for (X509 *one; bio != NULL && all != NULL;) {
    one = PEM_read_bio_X509(bio, NULL, bl_password_give, &none);
    if (one == NULL) break;
    if (sk_X509_push(all, one) > 0) continue;
    X509_free(one);
    sk_X509_pop_free(all, X509_free);
    all = NULL;
  }
  if (bio == NULL) {
    sk_X509_pop_free(all, X509_free);
    all = NULL;
  }
  BIO_free(bio);
  return all;
}

static X509 *read_der(struct bl_text bytes) {
  const unsigned char *at = (const unsigned char *)bytes.bytes;
  return bytes.len > LONG_MAX ? NULL : d2i_X509(NULL, &at, (long)bytes.len);
}

/* Takes `all`, and of it the one that fits the key (NULL: the first) as the
 * leaf. */
static enum bl_status choose(STACK_OF(X509) * all, EVP_PKEY *pkey,
                             struct bl_certificate **out, const char **reason) {
  int count = sk_X509_num(all), i = 0;
  while (i < count && pkey != NULL &&
         X509_check_private_key(sk_X509_value(all, i), pkey) != 1)
    i++;
  if (i < count) return wrap(sk_X509_delete(all, i), all, out);
  sk_X509_pop_free(all, X509_free);
  *reason = count > 0 ? "none of the certificates is that of the private key"
                      : "there is no certificate in it; a PEM block -----BEGIN "
                        "CERTIFICATE----- is due";
  return BL_INVALID;
}

enum bl_status bl_certificate_read(struct bl_text bytes,
                                   struct bl_certificate **out,
                                   const char **reason) {
  enum bl_status s = BL_NOMEM;
  *out = NULL;
  if (is_der(bytes)) {
    X509 *leaf = read_der(bytes);
    if (leaf == NULL) *reason = "it is no certificate in DER, nor text in PEM";
    s = leaf == NULL ? BL_INVALID : wrap(leaf, NULL, out);
  } else {
    STACK_OF(X509) *all = read_all(bytes);
    if (all != NULL) s = choose(all, NULL, out, reason);
  }
  ERR_clear_error();
  return s;
}

/* --- PKCS#12 ------------------------------------------------------------- */

/* What a PKCS#12 file holds. */
struct bag {
  EVP_PKEY *pkey;
  X509 *leaf;
  STACK_OF(X509) * others;
};

static void empty(struct bag *bag) {
  EVP_PKEY_free(bag->pkey);
  X509_free(bag->leaf);
  sk_X509_pop_free(bag->others, X509_free);
  *bag = (struct bag){0};
}

/* Whether the password opens it; without one, both ways of having none. */
static bool opens(PKCS12 *file, const char *password) {
  if (!PKCS12_mac_present(file)) return true;
  if (password != NULL) return PKCS12_verify_mac(file, password, -1) == 1;
  return PKCS12_verify_mac(file, NULL, 0) == 1 ||
         PKCS12_verify_mac(file, "", 0) == 1;
}

/* The same key and certificates, made anew for the usual library context. */
static bool rehome(struct bag *bag) {
  unsigned char *der = NULL;
  struct bag copy = {0};
  int len = i2d_PrivateKey(bag->pkey, &der);
  const unsigned char *at = der;
  if (len > 0) copy.pkey = d2i_AutoPrivateKey(NULL, &at, len);
  if (der != NULL) OPENSSL_clear_free(der, (size_t)len);
  copy.others = sk_X509_new_null();
  bool made = copy.pkey != NULL && copy.others != NULL;
  int count = bag->others == NULL ? 0 : sk_X509_num(bag->others);
  for (int i = -1; made && i < count; i++) {
    X509 *old = i < 0 ? bag->leaf : sk_X509_value(bag->others, i), *one = NULL;
    if (old == NULL) continue;
    der = NULL;
    len = i2d_X509(old, &der);
    at = der;
    if (len > 0) one = d2i_X509(NULL, &at, len);
    OPENSSL_free(der);
    made = one != NULL && sk_X509_push(copy.others, one) > 0;
    if (!made) X509_free(one);
  }
  empty(bag);
  if (made)
    *bag = copy;
  else
    empty(&copy);
  return made;
}

/* Reads a file of RC2 or DES, as older tools wrote it, with libcrypto's legacy
 * provider, in a context of its own. */
static bool open_legacy(struct bl_text bytes, const char *password,
                        struct bag *out) {
  bool opened = false;
  OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
  if (context == NULL) return false;
  OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(context, "legacy");
  OSSL_PROVIDER *usual = OSSL_PROVIDER_load(context, "default");
  PKCS12 *file = PKCS12_init_ex(NID_pkcs7_data, context, NULL);
  BIO *bio = bl_bio_of(bytes);
  if (legacy != NULL && usual != NULL && file != NULL && bio != NULL &&
      d2i_PKCS12_bio(bio, &file) != NULL)
    opened = PKCS12_parse(file, password, &out->pkey, &out->leaf,
                          &out->others) == 1 &&
             out->pkey != NULL && rehome(out);
  BIO_free(bio);
  PKCS12_free(file);
  if (usual != NULL) OSSL_PROVIDER_unload(usual);
  if (legacy != NULL) OSSL_PROVIDER_unload(legacy);
  OSSL_LIB_CTX_free(context);
  return opened;
}

/* Why it could not be opened; NULL: it was. */
static const char *unpack(struct bl_text bytes, const char *password,
                          struct bag *out) {
  BIO *bio = bl_bio_of(bytes);
  PKCS12 *file = bio == NULL ? NULL : d2i_PKCS12_bio(bio, NULL);
  const char *reason = NULL;
  if (file == NULL)
    reason = "it is neither a PKCS#12 (PFX) file nor text in PEM";
  else if (!opens(file, password))
    reason = password == NULL
                 ? "the PKCS#12 (PFX) file is encrypted; give its password"
                 : "the password does not open the PKCS#12 (PFX) file";
  else if (PKCS12_parse(file, password, &out->pkey, &out->leaf, &out->others) !=
               1 &&
           !open_legacy(bytes, password, out))
    reason = "the PKCS#12 (PFX) file is damaged, or encrypted in a way that "
             "this OpenSSL does not know; export it again with AES";
  else if (out->pkey == NULL)
    reason = "there is no private key in the PKCS#12 (PFX) file";
  PKCS12_free(file);
  BIO_free(bio);
  return reason;
}

static enum bl_status open_pkcs12(struct bl_text bytes, const char *password,
                                  struct bl_certificate **out,
                                  struct bl_key **key, const char **reason) {
  struct bag bag = {0};
  const char *why = unpack(bytes, password, &bag);
  if (why != NULL) {
    *reason = why;
    empty(&bag);
    return BL_INVALID;
  }
  STACK_OF(X509) *all = bag.others == NULL ? sk_X509_new_null() : bag.others;
  bag.others = NULL;
  bool ready = all != NULL;
  if (ready && bag.leaf != NULL) {
    ready = sk_X509_unshift(all, bag.leaf) > 0;
    if (ready) bag.leaf = NULL;
  }
  enum bl_status s = ready ? choose(all, bag.pkey, out, reason) : BL_NOMEM;
  if (!ready) sk_X509_pop_free(all, X509_free);
  if (s == BL_OK) {
    *key = bl_key_of(bag.pkey);
    bag.pkey = NULL;
  }
  empty(&bag);
  return s;
}

enum bl_status bl_certificate_open(struct bl_text bytes, const char *password,
                                   struct bl_certificate **out,
                                   struct bl_key **key, const char **reason) {
  *out = NULL;
  *key = NULL;
  enum bl_status s;
  if (is_der(bytes)) {
    s = open_pkcs12(bytes, password, out, key, reason);
  } else {
    s = bl_key_read(bytes, password, key, reason);
    STACK_OF(X509) *all = s == BL_OK ? read_all(bytes) : NULL;
    if (s == BL_OK && all == NULL) s = BL_NOMEM;
    if (s == BL_OK) s = choose(all, bl_pkey(*key), out, reason);
  }
  if (s != BL_OK) {
    bl_key_free(*key);
    *key = NULL;
  }
  ERR_clear_error();
  return s;
}

/* --- looking at one ------------------------------------------------------ */

/* Seconds since 1970. */
static bool seconds_of(const ASN1_TIME *time, int64_t *out) {
  struct tm broken;
  if (ASN1_TIME_to_tm(time, &broken) != 1) return false;
  *out = (int64_t)timegm(&broken);
  return true;
}

static const char *name_text(const X509_NAME *name, struct bl_arena *arena) {
  struct bl_text text = {0};
  BIO *bio = BIO_new(BIO_s_mem());
  if (bio == NULL) return NULL;
  /* UTF-8 stays as it is */
  if (X509_NAME_print_ex(bio, name, 0,
                         XN_FLAG_RFC2253 &
                             ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0 ||
      bl_bio_text(bio, arena, &text) != BL_OK)
    text.bytes = NULL;
  BIO_free(bio);
  return text.bytes;
}

enum bl_status bl_certificate_facts(const struct bl_certificate *c,
                                    struct bl_arena *arena,
                                    struct bl_certificate_facts *out) {
  X509 *leaf = c->leaf;
  out->subject = name_text(X509_get_subject_name(leaf), arena);
  out->self_signed = X509_self_signed(leaf, 0) == 1;
  bool read = out->subject != NULL &&
              X509_digest(leaf, EVP_sha1(), out->sha1, NULL) == 1 &&
              X509_digest(leaf, EVP_sha256(), out->sha256, NULL) == 1 &&
              seconds_of(X509_get0_notBefore(leaf), &out->not_before) &&
              seconds_of(X509_get0_notAfter(leaf), &out->not_after);
  ERR_clear_error();
  return read ? BL_OK : BL_NOMEM;
}

enum bl_status bl_certificate_key(const struct bl_certificate *c,
                                  struct bl_key **out) {
  *out = bl_key_of(X509_get_pubkey(c->leaf));
  ERR_clear_error();
  return *out == NULL ? BL_INVALID : BL_OK;
}

bool bl_certificate_fits(const struct bl_certificate *c,
                         const struct bl_key *key) {
  bool fits = X509_check_private_key(c->leaf, bl_pkey(key)) == 1;
  ERR_clear_error();
  return fits;
}

bool bl_certificate_names(const struct bl_certificate *c, const char *host) {
  bool named = X509_check_ip_asc(c->leaf, host, 0) == 1 ||
               X509_check_host(c->leaf, host, 0, 0, NULL) == 1;
  ERR_clear_error();
  return named;
}

static X509 *at(const struct bl_certificate *c, size_t i) {
  return i == 0 ? c->leaf : sk_X509_value(c->above, (int)i - 1);
}

static size_t count_of(const struct bl_certificate *c) {
  return 1 + (c->above == NULL ? 0 : (size_t)sk_X509_num(c->above));
}

enum bl_status bl_certificate_chain(const struct bl_certificate *c,
                                    struct bl_arena *arena,
                                    struct bl_text **ders, size_t *count) {
  *count = count_of(c);
  *ders = bl_arena_take(arena, *count * sizeof **ders);
  if (*ders == NULL) return BL_NOMEM;
  for (size_t i = 0; i < *count; i++) {
    unsigned char *der = NULL;
    int len = i2d_X509(at(c, i), &der);
    if (len < 0) return BL_NOMEM;
    (*ders)[i].bytes = bl_arena_copy(arena, (const char *)der, (size_t)len);
    (*ders)[i].len = (size_t)len;
    OPENSSL_free(der);
    if ((*ders)[i].bytes == NULL) return BL_NOMEM;
  }
  return BL_OK;
}

enum bl_status bl_certificate_pem(const struct bl_certificate *c,
                                  struct bl_arena *arena, struct bl_text *out) {
  enum bl_status s = BL_NOMEM;
  BIO *bio = BIO_new(BIO_s_mem());
  if (bio == NULL) return s;
  bool written = true;
  for (size_t i = 0; written && i < count_of(c); i++)
    written = PEM_write_bio_X509(bio, at(c, i)) == 1;
  if (written) s = bl_bio_text(bio, arena, out);
  BIO_free(bio);
  ERR_clear_error();
  return s;
}

/* --- making one ---------------------------------------------------------- */

static bool add_extension(X509 *leaf, int nid, const char *value) {
  X509V3_CTX context;
  if (value == NULL) return true;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, leaf, leaf, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  bool added = extension != NULL && X509_add_ext(leaf, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

/* A random positive number of 127 bits, as RFC 5280 likes them. */
static bool set_serial(X509 *leaf) {
  BIGNUM *number = BN_new();
  bool set = number != NULL &&
             BN_rand(number, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
             BN_to_ASN1_INTEGER(number, X509_get_serialNumber(leaf)) != NULL;
  BN_free(number);
  return set;
}

static bool set_times(X509 *leaf, const struct bl_certificate_plan *plan) {
  time_t from = (time_t)plan->not_before;
  return ASN1_TIME_set(X509_getm_notBefore(leaf), from) != NULL &&
         ASN1_TIME_adj(X509_getm_notAfter(leaf), from, (int)plan->days, 0) !=
             NULL;
}

static bool set_names(X509 *leaf, const char *name) {
  X509_NAME *subject = X509_get_subject_name(leaf);
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    (const unsigned char *)name, -1, -1,
                                    0) == 1 &&
         X509_set_issuer_name(leaf, subject) == 1;
}

enum bl_status bl_certificate_make(const struct bl_key *key,
                                   const struct bl_certificate_plan *plan,
                                   struct bl_certificate **out) {
  *out = NULL;
  X509 *leaf = X509_new();
  if (leaf == NULL) return BL_NOMEM;
  bool made =
      X509_set_version(leaf, X509_VERSION_3) == 1 && set_serial(leaf) &&
      set_names(leaf, plan->name) && set_times(leaf, plan) &&
      X509_set_pubkey(leaf, bl_pkey(key)) == 1 &&
      add_extension(leaf, NID_basic_constraints, "critical,CA:TRUE") &&
      add_extension(leaf, NID_key_usage,
                    "critical,digitalSignature,keyEncipherment,keyCertSign") &&
      add_extension(leaf, NID_ext_key_usage, "serverAuth,clientAuth") &&
      add_extension(leaf, NID_subject_key_identifier, "hash") &&
      add_extension(leaf, NID_subject_alt_name, plan->also) &&
      X509_sign(leaf, bl_pkey(key), EVP_sha256()) > 0;
  ERR_clear_error();
  if (made) return wrap(leaf, NULL, out);
  X509_free(leaf);
  return BL_INVALID;
}
