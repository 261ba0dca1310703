/* jose.h and certificate.h on a command line, so that specs can hold them
 * against the openssl command. Answers are lines "name: value".
 *
 * usage: jose sign RS256|PS256 FILE HEADER CLAIMS [PASSWORD]
 *        jose verify RS256|PS256 CERTIFICATE TOKEN      signed by whom?
 *        jose verify RS256|PS256 N,E TOKEN              the same with a JWK
 *        jose open FILE [PASSWORD]                      key and certificate
 *        jose read FILE                                 a certificate
 *        jose make KEY NAME ALSO NOT_BEFORE DAYS        PEM on stdout
 *        jose key BITS                                  PEM on stdout
 *        jose encode plain|url HEX
 *        jose decode TEXT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "core/certificate.h"

static struct bl_arena arena;

static struct bl_text text_of(const char *string) {
  return (struct bl_text){string, strlen(string)};
}

static struct bl_text contents(const char *path) {
  static char bytes[1 << 16];
  FILE *file = fopen(path, "rb");
  size_t len = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
  if (file != NULL) fclose(file);
  return (struct bl_text){bl_arena_copy(&arena, bytes, len), len};
}

static void show(const char *name, struct bl_text value) {
  printf("%s: %.*s\n", name, (int)value.len, value.bytes);
}

static void show_hex(const char *name, const void *bytes, size_t len) {
  printf("%s: ", name);
  for (size_t i = 0; i < len; i++)
    printf("%02X", ((const unsigned char *)bytes)[i]);
  printf("\n");
}

static int fail(enum bl_status s, const char *reason) {
  printf("%s: %s\n", bl_status_code(s), reason == NULL ? "" : reason);
  return 1;
}

static enum bl_algorithm algorithm(const char *name) {
  enum bl_algorithm found;
  return bl_algorithm_named(text_of(name), &found) ? found : BL_RS256;
}

static int sign(char **args) {
  struct bl_key *key;
  struct bl_text token;
  const char *reason = NULL;
  enum bl_status s = bl_key_read(contents(args[1]), args[4], &key, &reason);
  if (s == BL_OK)
    s = bl_jose_sign(key, algorithm(args[0]), text_of(args[2]),
                     text_of(args[3]), &arena, &token, &reason);
  bl_key_free(key);
  if (s != BL_OK) return fail(s, reason);
  show("token", token);
  return 0;
}

/* The key of a certificate in a file, or of "n,e". */
static enum bl_status verifier(char *by, struct bl_key **key,
                               const char **reason) {
  char *comma = strchr(by, ',');
  struct bl_certificate *certificate;
  *key = NULL;
  if (comma != NULL) {
    struct bl_jwk jwk = {{by, (size_t)(comma - by)}, text_of(comma + 1)};
    return bl_key_of_jwk(&jwk, &arena, key);
  }
  enum bl_status s = bl_certificate_read(contents(by), &certificate, reason);
  if (s == BL_OK) s = bl_certificate_key(certificate, key);
  bl_certificate_free(certificate);
  return s;
}

static int verify(char **args) {
  struct bl_key *key;
  struct bl_jose token;
  const char *reason = NULL;
  enum bl_status s = verifier(args[1], &key, &reason);
  if (s == BL_OK) s = bl_jose_read(text_of(args[2]), &arena, &token);
  if (s == BL_OK) {
    show("header", token.header);
    show("claims", token.claims);
    s = bl_jose_verify(&token, algorithm(args[0]), key);
  }
  bl_key_free(key);
  if (s != BL_OK) return fail(s, reason);
  printf("ok\n");
  return 0;
}

static void describe(const struct bl_certificate *certificate) {
  struct bl_certificate_facts facts;
  struct bl_text *ders;
  struct bl_jwk jwk;
  struct bl_key *key;
  size_t count;
  if (bl_certificate_facts(certificate, &arena, &facts) != BL_OK) return;
  show_hex("sha1", facts.sha1, sizeof facts.sha1);
  show_hex("sha256", facts.sha256, sizeof facts.sha256);
  printf("not_before: %" PRId64 "\nnot_after: %" PRId64 "\n", facts.not_before,
         facts.not_after);
  printf("subject: %s\nself_signed: %d\n", facts.subject, facts.self_signed);
  if (bl_certificate_chain(certificate, &arena, &ders, &count) == BL_OK)
    printf("chain: %zu\n", count);
  if (bl_certificate_key(certificate, &key) == BL_OK &&
      bl_key_jwk(key, &arena, &jwk) == BL_OK) {
    show("n", jwk.n);
    show("e", jwk.e);
  }
  bl_key_free(key);
}

static int open_both(char **args) {
  struct bl_certificate *certificate;
  struct bl_key *key;
  struct bl_text pem;
  const char *reason = NULL;
  enum bl_status s = bl_certificate_open(contents(args[0]), args[1],
                                         &certificate, &key, &reason);
  if (s != BL_OK) return fail(s, reason);
  describe(certificate);
  printf("fits: %d\n", bl_certificate_fits(certificate, key));
  if (bl_key_pem(key, &arena, &pem) == BL_OK) show("key", pem);
  bl_certificate_free(certificate);
  bl_key_free(key);
  return 0;
}

static int read_one(char **args) {
  struct bl_certificate *certificate;
  const char *reason = NULL;
  enum bl_status s =
      bl_certificate_read(contents(args[0]), &certificate, &reason);
  if (s != BL_OK) return fail(s, reason);
  describe(certificate);
  bl_certificate_free(certificate);
  return 0;
}

static int make(char **args) {
  struct bl_certificate_plan plan = {
      .name = args[1],
      .also = args[2],
      .not_before = strtoll(args[3], NULL, 10),
      .days = (unsigned)strtoul(args[4], NULL, 10),
  };
  struct bl_certificate *certificate = NULL;
  struct bl_key *key;
  struct bl_text pem;
  const char *reason = NULL;
  enum bl_status s = bl_key_read(contents(args[0]), NULL, &key, &reason);
  if (s == BL_OK) s = bl_certificate_make(key, &plan, &certificate);
  if (s == BL_OK) s = bl_certificate_pem(certificate, &arena, &pem);
  bl_certificate_free(certificate);
  bl_key_free(key);
  if (s != BL_OK) return fail(s, reason);
  printf("%s", pem.bytes);
  return 0;
}

static int make_key(char **args) {
  struct bl_key *key;
  struct bl_text pem;
  enum bl_status s = bl_key_make((unsigned)strtoul(args[0], NULL, 10), &key);
  if (s == BL_OK) s = bl_key_pem(key, &arena, &pem);
  bl_key_free(key);
  if (s != BL_OK) return fail(s, NULL);
  printf("%s", pem.bytes);
  return 0;
}

static int encode(char **args) {
  char bytes[512];
  size_t len = 0;
  struct bl_text out;
  for (const char *at = args[1]; at[0] != '\0' && at[1] != '\0'; at += 2) {
    char byte[3] = {at[0], at[1], '\0'};
    bytes[len++] = (char)strtoul(byte, NULL, 16);
  }
  enum bl_base64 flavour =
      strcmp(args[0], "url") == 0 ? BL_BASE64_URL : BL_BASE64;
  enum bl_status s =
      bl_base64_write((struct bl_text){bytes, len}, flavour, &arena, &out);
  if (s != BL_OK) return fail(s, NULL);
  show("text", out);
  return 0;
}

static int decode(char **args) {
  struct bl_text out;
  enum bl_status s = bl_base64_read(text_of(args[0]), &arena, &out);
  if (s != BL_OK) return fail(s, NULL);
  show_hex("bytes", out.bytes, out.len);
  return 0;
}

static const struct {
  const char *name;
  int least, most; /* arguments */
  int (*run)(char **args);
} commands[] = {
    {"sign", 4, 5, sign},      {"verify", 3, 3, verify},
    {"open", 1, 2, open_both}, {"read", 1, 1, read_one},
    {"make", 5, 5, make},      {"key", 1, 1, make_key},
    {"encode", 2, 2, encode},  {"decode", 1, 1, decode},
};

int main(int count, char **args) {
  bl_arena_init(&arena, bl_alloc_libc, NULL, 1 << 24, NULL, 0);
  int status = 64;
  for (size_t i = 0; count > 1 && i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(args[1], commands[i].name) != 0) continue;
    if (count - 2 >= commands[i].least && count - 2 <= commands[i].most)
      status = commands[i].run(args + 2);
  }
  bl_arena_free(&arena);
  return status;
}
