#include "bearer.h"

#include <string.h>

#include "core/base64.h"
#include "core/format.h"
#include "refusal.h"
#include "tokens.h"

#define SKEW_S                                                                 \
  300 /* that clocks may be apart, where a token is not valid yet */

static bool names(struct bl_text text, const char *string) {
  return text.bytes != NULL && bl_text_is(text, string);
}

/* --- permissions --------------------------------------------------------- */

static unsigned of_roles(const struct bl_value *claims) {
  unsigned permissions = 0;
  const struct bl_item *roles = bl_value_find(claims, "roles");
  if (roles == NULL || roles->value.type != BL_ARRAY) return 0;
  for (const struct bl_item *i = roles->value.as.first; i; i = i->next)
    if (i->value.type == BL_STRING)
      permissions |= bl_permission_named(i->value.as.text);
  return permissions;
}

/* Of scopes, joined by blanks. */
static unsigned of_scopes(struct bl_text scp) {
  unsigned permissions = BL_DELEGATED;
  const char *at = scp.bytes, *end = scp.bytes + scp.len;
  while (at < end) {
    const char *blank = memchr(at, ' ', (size_t)(end - at));
    if (blank == NULL) blank = end;
    permissions |=
        bl_permission_named((struct bl_text){at, (size_t)(blank - at)});
    at = blank + (blank < end);
  }
  return permissions;
}

/* --- tokens -------------------------------------------------------------- */

/* What is wrong with a token that is ours and for Graph; BL_R_COUNT:
 * nothing. */
static enum bl_refusal judge(const struct bl_identity *identity,
                             const struct bl_known *known) {
  int64_t now = bl_clock_ms(identity->clock) / 1000;
  if (now >= known->until_s) return BL_R_EXPIRED;
  if (now + SKEW_S < known->from_s) return BL_R_NOT_YET;
  if (known->epoch < atomic_load(&identity->epoch)) return BL_R_REVOKED;
  return BL_R_COUNT;
}

/* What a client that handles challenges gets with the refusal: what to ask of
 * its next token. */
static void challenge(struct bl_incoming *request, int64_t now) {
  static const char words[] =
      "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com"
      "/common/oauth2/authorize\", client_id=\"" BL_GRAPH_ID "\", "
      "error=\"insufficient_claims\", claims=\"%s\"";
  struct bl_text encoded;
  const char *claims = bl_arena_format(
      &request->arena,
      "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"%lld\"}}}",
      (long long)now);
  if (claims == NULL || bl_base64_write(bl_text_of(claims), BL_BASE64,
                                        &request->arena, &encoded) != BL_OK)
    return;
  const char *header = bl_arena_format(&request->arena, words, encoded.bytes);
  if (header != NULL) request->reply.authenticate = header;
}

/* Reads a token for the first time. BL_INVALID: it is none that Graph takes,
 * for *refusal. BL_NOMEM. */
static enum bl_status learn(struct bl_identity *identity, struct bl_text token,
                            struct bl_arena *scratch,
                            const struct bl_known **out,
                            enum bl_refusal *refusal) {
  struct bl_value claims;
  bool ours;
  enum bl_status s =
      bl_identity_verify(identity, token, scratch, &claims, &ours);
  *refusal = s == BL_INVALID ? BL_R_WRONG_TOKEN
             : ours          ? BL_R_AUDIENCE
                             : BL_R_UNTRUSTED_TOKEN;
  if (s != BL_OK) return s;
  if (!ours || !names(bl_claim_text(&claims, "aud"), BL_GRAPH))
    return BL_INVALID;
  struct bl_known *known = bl_identity_remember(identity, token);
  if (known == NULL) return BL_NOMEM;
  struct bl_text scp = bl_claim_text(&claims, "scp");
  known->permissions = scp.bytes == NULL ? of_roles(&claims) : of_scopes(scp);
  known->until_s = bl_claim_number(&claims, "exp", 0);
  known->from_s = bl_claim_number(&claims, "nbf", 0);
  known->epoch = bl_claim_number(&claims, "epoch", 0);
  known->challenges = bl_value_find(&claims, "xms_cc") != NULL;
  *out = known;
  return BL_OK;
}

static enum bl_status judge_token(const struct bl_service *service,
                                  struct bl_incoming *request,
                                  struct bl_text token,
                                  struct bl_arena *scratch, bool *admitted) {
  struct bl_identity *identity = service->identity;
  enum bl_refusal refusal;
  const struct bl_known *known = bl_identity_find(identity, token);
  if (known == NULL) {
    enum bl_status s = learn(identity, token, scratch, &known, &refusal);
    if (s == BL_INVALID) bl_refuse_plainly(request, refusal);
    if (s != BL_OK) return s == BL_INVALID ? BL_OK : s;
  }
  request->permissions = known->permissions;
  refusal = judge(identity, known);
  *admitted = refusal == BL_R_COUNT;
  if (!*admitted) bl_refuse_plainly(request, refusal);
  if (refusal == BL_R_REVOKED && known->challenges)
    challenge(request, bl_clock_ms(identity->clock) / 1000);
  return BL_OK;
}

enum bl_status bl_bearer_admit(const struct bl_service *service,
                               struct bl_incoming *request,
                               struct bl_arena *scratch, bool *admitted) {
  const char *given = request->authorization;
  *admitted = false;
  switch (bl_token_check(service->token, given)) {
  case BL_BEARER_RIGHT:
    *admitted = true;
    request->permissions = BL_ALL_PERMISSIONS;
    return BL_OK;
  case BL_BEARER_NONE: bl_refuse_plainly(request, BL_R_NO_TOKEN); return BL_OK;
  case BL_BEARER_WRONG: break;
  }
  given += strcspn(given, " ");
  given += strspn(given, " ");
  return judge_token(service, request, bl_text_of(given), scratch, admitted);
}
