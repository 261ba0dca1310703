#include "identity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "core/format.h"
#include "core/json_read.h"

#define MAX_KEPT ((size_t)1 << 20) /* bytes of the signing key's texts */
#define KEY_BITS 2048

enum bl_status bl_identity_open(const char *json, const char *token,
                                const char *url, const struct bl_clock *clock,
                                struct bl_identity **out,
                                char reason[BL_REASON]) {
  struct bl_identity *identity = calloc(1, sizeof *identity);
  *out = NULL;
  if (identity == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
  bl_arena_init(&identity->arena, bl_alloc_libc, NULL, MAX_KEPT, NULL, 0);
  identity->clock = clock;
  identity->url = url;
  identity->token = token;
  identity->devices = bl_devices_new();
  enum bl_status s = bl_registry_read(json, token, &identity->registry, reason);
  if (s == BL_OK && identity->devices == NULL)
    s = bl_because(reason, BL_NOMEM, "out of memory");
  if (s == BL_OK)
    *out = identity;
  else
    bl_identity_close(identity);
  return s;
}

void bl_identity_close(struct bl_identity *identity) {
  if (identity == NULL) return;
  bl_registry_free(identity->registry);
  bl_devices_free(identity->devices);
  bl_key_free(identity->key);
  bl_arena_free(&identity->arena);
  for (size_t i = 0; i < BL_KNOWN; i++) free(identity->known[i].token);
  free(identity);
}

const char *bl_identity_issuer(const struct bl_identity *identity,
                               const char *base, struct bl_arena *arena) {
  return bl_arena_format(arena, "%s/%s/v2.0", base,
                         identity->registry->tenant_id.bytes);
}

bool bl_identity_is_graph(const struct bl_identity *identity,
                          struct bl_text resource) {
  const char *const names[] = {BL_GRAPH, BL_GRAPH_ID, identity->url};
  if (resource.len > 0 && resource.bytes[resource.len - 1] == '/')
    resource.len--;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct bl_text name = {names[i], strlen(names[i])};
    if (bl_text_same_folded(resource, name)) return true;
  }
  return false;
}

/* --- the signing key ----------------------------------------------------- */

/* Its name: the thumbprint of RFC 7638. */
static enum bl_status name_key(struct bl_identity *identity,
                               const struct bl_jwk *jwk) {
  unsigned char digest[BL_SHA256];
  const char *json = bl_arena_format(
      &identity->arena, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
      jwk->e.bytes, jwk->n.bytes);
  if (json == NULL) return BL_NOMEM;
  enum bl_status s = bl_sha256(bl_text_of(json), digest);
  if (s != BL_OK) return s;
  return bl_base64_write((struct bl_text){(const char *)digest, sizeof digest},
                         BL_BASE64_URL, &identity->arena, &identity->kid);
}

enum bl_status bl_identity_ready(struct bl_identity *identity) {
  struct bl_key *key;
  struct bl_jwk jwk;
  if (identity->key != NULL) return BL_OK;
  enum bl_status s = bl_key_make(KEY_BITS, &key);
  if (s != BL_OK) return s;
  s = bl_key_jwk(key, &identity->arena, &jwk);
  if (s == BL_OK) s = name_key(identity, &jwk);
  if (s != BL_OK) {
    bl_key_free(key);
    return s;
  }
  identity->n = jwk.n;
  identity->e = jwk.e;
  identity->key = key;
  return BL_OK;
}

enum bl_status bl_identity_sign(struct bl_identity *identity,
                                struct bl_text claims, struct bl_arena *arena,
                                struct bl_text *out) {
  const char *reason;
  enum bl_status s = bl_identity_ready(identity);
  if (s != BL_OK) return s;
  const char *header = bl_arena_format(
      arena, "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"%s\"}",
      identity->kid.bytes);
  if (header == NULL) return BL_NOMEM;
  s = bl_jose_sign(identity->key, BL_RS256, bl_text_of(header), claims, arena,
                   out, &reason);
  return s == BL_OK ? BL_OK : BL_NOMEM;
}

const struct bl_known *bl_identity_find(const struct bl_identity *identity,
                                        struct bl_text token) {
  for (size_t i = 0; i < BL_KNOWN; i++) {
    const struct bl_known *known = &identity->known[i];
    if (known->token != NULL && bl_text_is(token, known->token)) return known;
  }
  return NULL;
}

struct bl_known *bl_identity_remember(struct bl_identity *identity,
                                      struct bl_text token) {
  struct bl_known *known = &identity->known[identity->next_known++ % BL_KNOWN];
  free(known->token);
  *known = (struct bl_known){.token = strndup(token.bytes, token.len)};
  return known->token == NULL ? NULL : known;
}

/* --- claims -------------------------------------------------------------- */

enum bl_status bl_read_claims(struct bl_text json, struct bl_arena *arena,
                              struct bl_value *out) {
  struct bl_problems problems;
  bl_problems_init(&problems, arena);
  enum bl_status s = bl_json_read(json, BL_STRICT, NULL, &problems, out);
  if (s != BL_OK) return s;
  return out->type == BL_OBJECT ? BL_OK : BL_INVALID;
}

struct bl_text bl_claim_text(const struct bl_value *claims, const char *name) {
  const struct bl_item *item = bl_value_find(claims, name);
  if (item == NULL || item->value.type != BL_STRING) return (struct bl_text){0};
  return item->value.as.text;
}

int64_t bl_claim_number(const struct bl_value *claims, const char *name,
                        int64_t otherwise) {
  const struct bl_item *item = bl_value_find(claims, name);
  if (item == NULL) return otherwise;
  if (item->value.type == BL_INTEGER) return item->value.as.integer;
  if (item->value.type != BL_NUMBER || fabs(item->value.as.number) > 1e15)
    return otherwise;
  return (int64_t)item->value.as.number;
}

enum bl_status bl_identity_verify(const struct bl_identity *identity,
                                  struct bl_text token, struct bl_arena *arena,
                                  struct bl_value *claims, bool *ours) {
  struct bl_jose parts;
  struct bl_value header;
  *ours = false;
  enum bl_status s = bl_jose_read(token, arena, &parts);
  if (s == BL_OK) s = bl_read_claims(parts.header, arena, &header);
  if (s == BL_OK) s = bl_read_claims(parts.claims, arena, claims);
  if (s != BL_OK || identity->key == NULL) return s;
  struct bl_text algorithm = bl_claim_text(&header, "alg");
  if (algorithm.bytes == NULL || !bl_text_is(algorithm, "RS256")) return BL_OK;
  s = bl_jose_verify(&parts, BL_RS256, identity->key);
  *ours = s == BL_OK;
  return s == BL_INVALID ? BL_OK : s;
}
