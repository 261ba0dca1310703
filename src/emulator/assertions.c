/* Client assertions: signed by the application's own certificate, or by an
 * issuer that it trusts to speak for it. */
#include "sign_in.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/base64.h"
#include "core/format.h"

#define SKEW_S 300 /* that clocks may be apart */

static const struct bl_text none;

/* An assertion taken apart. */
struct assertion {
  struct bl_jose parts;
  struct bl_value header, claims;
  struct bl_text issuer, subject, audience;
  enum bl_algorithm algorithm;
  bool known_algorithm;
};

/* The one audience, be it in an array. */
static struct bl_text audience_of(const struct bl_value *claims) {
  const struct bl_item *item = bl_value_find(claims, "aud");
  if (item != NULL && item->value.type == BL_ARRAY && item->value.count == 1 &&
      item->value.as.first->value.type == BL_STRING)
    return item->value.as.first->value.as.text;
  return bl_claim_text(claims, "aud");
}

static enum bl_status take_apart(struct bl_sign_in *call, struct bl_text token,
                                 struct assertion *a) {
  enum bl_status s = bl_jose_read(token, call->scratch, &a->parts);
  if (s == BL_OK)
    s = bl_read_claims(a->parts.header, call->scratch, &a->header);
  if (s == BL_OK)
    s = bl_read_claims(a->parts.claims, call->scratch, &a->claims);
  if (s == BL_INVALID)
    return bl_sign_in_refuse_plainly(call, BL_A_ASSERTION_FORM);
  if (s != BL_OK) return s;
  struct bl_text algorithm = bl_claim_text(&a->header, "alg");
  a->issuer = bl_claim_text(&a->claims, "iss");
  a->subject = bl_claim_text(&a->claims, "sub");
  a->audience = audience_of(&a->claims);
  a->known_algorithm =
      algorithm.bytes != NULL && bl_algorithm_named(algorithm, &a->algorithm);
  if (a->issuer.bytes == NULL || a->subject.bytes == NULL ||
      a->audience.bytes == NULL)
    return bl_sign_in_refuse_plainly(call, BL_A_ASSERTION_FORM);
  return BL_OK;
}

/* --- times and replays --------------------------------------------------- */

/* "2026-01-31T12:00:00.0000000Z" */
static struct bl_text show_time(struct bl_sign_in *call, int64_t seconds) {
  char text[48];
  struct tm t;
  time_t when = (time_t)seconds;
  if (gmtime_r(&when, &t) == NULL) return none;
  size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.0000000Z", &t);
  return (struct bl_text){bl_arena_copy(call->scratch, text, len), len};
}

static enum bl_status check_times(struct bl_sign_in *call,
                                  const struct assertion *a) {
  int64_t now = call->now_ms / 1000;
  int64_t until = bl_claim_number(&a->claims, "exp", INT64_MIN);
  int64_t from = bl_claim_number(&a->claims, "nbf", 0);
  if (until == INT64_MIN)
    return bl_sign_in_refuse_plainly(call, BL_A_ASSERTION_FORM);
  if (from - SKEW_S <= now && now < until + SKEW_S) return BL_OK;
  return bl_sign_in_refuse(call, BL_A_ASSERTION_TIME, show_time(call, now),
                           show_time(call, from), show_time(call, until));
}

/* Remembers the assertion; refuses it the second time, where that is wanted. */
static enum bl_status check_replay(struct bl_sign_in *call,
                                   const struct assertion *a) {
  struct bl_identity *identity = call->identity;
  unsigned char digest[BL_SHA256];
  enum bl_status s = bl_sha256(a->parts.claims, digest);
  if (s != BL_OK || !identity->registry->refuse_replays) return s;
  for (size_t i = 0; i < BL_REPLAYS; i++)
    if (memcmp(identity->replays[i], digest, sizeof digest) == 0)
      return bl_sign_in_refuse_plainly(call, BL_A_ASSERTION_REPLAY);
  memcpy(identity->replays[identity->replay++ % BL_REPLAYS], digest,
         sizeof digest);
  return BL_OK;
}

/* --- the application's own certificate ----------------------------------- */

static void to_hex(const unsigned char *bytes, size_t len, char *out) {
  for (size_t i = 0; i < len; i++) snprintf(out + 2 * i, 3, "%02X", bytes[i]);
}

/* Whether a name that a header gives a key is this thumbprint: in base64 of
 * either flavour, or in hexadecimal digits. */
static bool names(struct bl_sign_in *call, struct bl_text name,
                  const unsigned char *thumbprint, size_t len) {
  char hex[2 * BL_SHA256 + 1];
  struct bl_text bytes;
  if (name.bytes == NULL) return false;
  to_hex(thumbprint, len, hex);
  if (bl_text_same_folded(name, bl_text_of(hex))) return true;
  return bl_base64_read(name, call->scratch, &bytes) == BL_OK &&
         bytes.len == len && memcmp(bytes.bytes, thumbprint, len) == 0;
}

static const struct bl_app_key *find_certificate(struct bl_sign_in *call,
                                                 const struct assertion *a) {
  struct bl_text x5t = bl_claim_text(&a->header, "x5t");
  struct bl_text x5t256 = bl_claim_text(&a->header, "x5t#S256");
  struct bl_text kid = bl_claim_text(&a->header, "kid");
  const struct bl_app_key *k = call->app->certificates;
  for (; k != NULL; k = k->next) {
    const struct bl_certificate_facts *facts = &k->facts;
    if (names(call, x5t256, facts->sha256, BL_SHA256) ||
        names(call, x5t, facts->sha1, BL_SHA1) ||
        names(call, kid, facts->sha1, BL_SHA1) ||
        names(call, kid, facts->sha256, BL_SHA256))
      return k;
  }
  return NULL;
}

/* The name of the key as the client gave it. */
static struct bl_text key_name(const struct assertion *a) {
  static const char *const members[] = {"x5t#S256", "x5t", "kid"};
  for (size_t i = 0; i < 3; i++) {
    struct bl_text name = bl_claim_text(&a->header, members[i]);
    if (name.bytes != NULL) return name;
  }
  return none;
}

/* Why the key or what it signed is no good, or NULL. */
static const char *wrong_with(const struct bl_sign_in *call,
                              const struct assertion *a,
                              const struct bl_app_key *key) {
  int64_t now = call->now_ms / 1000;
  if (!a->known_algorithm) return "The algorithm is neither RS256 nor PS256";
  if (key == NULL) return "The key was not found";
  if (now < key->facts.not_before) return "The key used is not valid yet";
  if (now > key->facts.not_after) return "The key used is expired";
  return bl_jose_verify(&a->parts, a->algorithm, key->key) == BL_OK
             ? NULL
             : "Client assertion contains an invalid signature";
}

/* Whether the audience is this token endpoint, or its tenant. */
static bool is_here(struct bl_sign_in *call, struct bl_text audience) {
  const struct bl_registry *registry = call->identity->registry;
  const struct bl_text tenants[] = {call->tenant, registry->tenant_id,
                                    registry->domain};
  const char *const bases[] = {call->base, call->identity->url};
  static const char *const paths[] = {"/oauth2/v2.0/token", "/oauth2/token",
                                      "/v2.0", "/", ""};
  for (size_t i = 0; i < 3 * 2 * 5; i++) {
    struct bl_text tenant = tenants[i % 3];
    const char *url =
        bl_arena_format(call->scratch, "%s/%.*s%s", bases[i / 3 % 2],
                        (int)tenant.len, tenant.bytes, paths[i / 6]);
    if (url != NULL && bl_text_same_folded(audience, bl_text_of(url)))
      return true;
  }
  return false;
}

static enum bl_status check_certificate(struct bl_sign_in *call,
                                        const struct assertion *a) {
  struct bl_text id = call->app->client_id;
  const struct bl_app_key *key = find_certificate(call, a);
  const char *wrong = wrong_with(call, a, key);
  if (wrong != NULL)
    return bl_sign_in_refuse(call, BL_A_ASSERTION_KEY, bl_text_of(wrong),
                             key_name(a), id);
  if (!bl_text_same_folded(a->issuer, id) ||
      !bl_text_same_folded(a->subject, id))
    return bl_sign_in_refuse_plainly(call, BL_A_ASSERTION_ISSUER);
  if (!is_here(call, a->audience))
    return bl_sign_in_refuse_plainly(call, BL_A_ASSERTION_AUDIENCE);
  enum bl_status s = check_times(call, a);
  return s == BL_OK ? check_replay(call, a) : s;
}

/* --- an issuer that is trusted ------------------------------------------- */

static bool same(struct bl_text a, struct bl_text b) {
  return a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0;
}

/* How much of an assertion a federated credential matches. */
enum match { NOTHING, ISSUER_FOLDED, ISSUER, SUBJECT_FOLDED, SUBJECT, ALL };

static enum match compare(const struct bl_federated *f,
                          const struct assertion *a) {
  if (!bl_text_same_folded(f->issuer, a->issuer)) return NOTHING;
  if (!same(f->issuer, a->issuer)) return ISSUER_FOLDED;
  if (!bl_text_same_folded(f->subject, a->subject)) return ISSUER;
  if (!same(f->subject, a->subject)) return SUBJECT_FOLDED;
  return same(f->audience, a->audience) ? ALL : SUBJECT;
}

/* The credential that matches most of it, and how much. */
static const struct bl_federated *
nearest(struct bl_sign_in *call, const struct assertion *a, enum match *most) {
  const struct bl_federated *best = NULL;
  *most = NOTHING;
  for (const struct bl_federated *f = call->app->federated; f; f = f->next) {
    enum match match = compare(f, a);
    if (best != NULL && match <= *most) continue;
    best = f;
    *most = match;
  }
  return best;
}

static enum bl_status refuse_match(struct bl_sign_in *call,
                                   const struct assertion *a,
                                   enum match match) {
  static const enum bl_aadsts refusals[] = {
      [NOTHING] = BL_A_FEDERATED_ISSUER,
      [ISSUER_FOLDED] = BL_A_FEDERATED_ISSUER_CASE,
      [ISSUER] = BL_A_FEDERATED_SUBJECT,
      [SUBJECT_FOLDED] = BL_A_FEDERATED_SUBJECT_CASE,
      [SUBJECT] = BL_A_FEDERATED_AUDIENCE,
  };
  struct bl_text about = match == SUBJECT ? a->audience
                         : match < ISSUER ? a->issuer
                                          : a->subject;
  return bl_sign_in_refuse(call, refusals[match], about, none, none);
}

/* Whether the issuer is one that the emulator plays itself. */
static bool is_played(struct bl_sign_in *call, struct bl_text issuer) {
  static const char pipelines[] = "https://vstoken.dev.azure.com/";
  const char *const bases[] = {call->base, call->identity->url};
  for (size_t i = 0; i < 2; i++) {
    const char *own =
        bl_identity_issuer(call->identity, bases[i], call->scratch);
    if (own != NULL && bl_text_is(issuer, own)) return true;
  }
  return bl_text_is(issuer, "https://token.actions.githubusercontent.com") ||
         (issuer.len > sizeof pipelines - 1 &&
          memcmp(issuer.bytes, pipelines, sizeof pipelines - 1) == 0);
}

/* Whether a key of the issuer has signed it. */
static bool is_signed(const struct bl_app_key *keys,
                      const struct assertion *a) {
  struct bl_text kid = bl_claim_text(&a->header, "kid");
  for (; keys != NULL; keys = keys->next) {
    bool named = kid.bytes != NULL && keys->id.bytes != NULL;
    if (named && !same(kid, keys->id)) continue;
    if (bl_jose_verify(&a->parts, a->algorithm, keys->key) == BL_OK)
      return true;
  }
  return false;
}

static enum bl_status check_federated(struct bl_sign_in *call,
                                      const struct assertion *a) {
  enum match match;
  const struct bl_federated *f = nearest(call, a, &match);
  if (f == NULL) return bl_sign_in_refuse_plainly(call, BL_A_FEDERATED);
  if (match != ALL) return refuse_match(call, a, match);
  struct bl_app_key own = {.key = call->identity->key};
  const struct bl_app_key *keys = f->keys;
  if (keys == NULL && is_played(call, a->issuer) && own.key != NULL)
    keys = &own;
  else if (keys == NULL)
    return bl_sign_in_refuse(call, BL_A_EXTERNAL_ISSUER, a->issuer, none, none);
  if (!a->known_algorithm || !is_signed(keys, a))
    return bl_sign_in_refuse(
        call, BL_A_EXTERNAL_ASSERTION,
        bl_text_of("The provided signature value did not match the expected "
                   "signature value"),
        none, none);
  return check_times(call, a);
}

enum bl_status bl_assertion_check(struct bl_sign_in *call,
                                  struct bl_text token) {
  struct assertion a;
  struct bl_text id = call->app->client_id;
  enum bl_status s = take_apart(call, token, &a);
  if (s != BL_OK) return s;
  bool its_own = bl_text_same_folded(a.issuer, id) ||
                 bl_text_same_folded(a.subject, id) ||
                 find_certificate(call, &a) != NULL;
  return its_own ? check_certificate(call, &a) : check_federated(call, &a);
}
