/* The tokens that workflows get of their hosts: GitHub Actions, Azure
 * Pipelines. A federated credential takes them. */
#include "sign_in.h"

#include "members.h"
#include "tokens.h"

#define MAX_REPLY ((size_t)64 << 10) /* bytes */
#define LIFETIME_S 300

/* Whether the host's own token is shown, which is the emulator's here. */
static bool is_admitted(const struct bl_sign_in *call) {
  return bl_token_check(call->identity->token, call->request->authorization) ==
         BL_BEARER_RIGHT;
}

static enum bl_status refuse(struct bl_sign_in *call, unsigned status,
                             const char *message) {
  struct bl_buf b;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_char(&b, '{');
  bl_put_string(&b, "message", message);
  bl_buf_char(&b, '}');
  return bl_sign_in_reply(call, status, BL_JSON_TYPE, &b);
}

/* The workflow's own token. */
static enum bl_status make(struct bl_sign_in *call, const char *issuer,
                           struct bl_text subject, struct bl_text audience,
                           struct bl_text *out) {
  struct bl_buf b;
  uint8_t id[BL_GUID_BYTES];
  char jti[BL_GUID_TEXT];
  int64_t now = call->now_ms / 1000;
  bl_guid_random(id);
  bl_guid_write(id, jti);
  bl_buf_init(&b, call->scratch, MAX_REPLY);
  bl_buf_char(&b, '{');
  bl_put_string(&b, "jti", jti);
  bl_put_string(&b, "iss", issuer);
  bl_put_text(&b, "sub", subject);
  bl_put_text(&b, "aud", audience);
  bl_put_number(&b, "iat", now);
  bl_put_number(&b, "nbf", now);
  bl_put_number(&b, "exp", now + LIFETIME_S);
  bl_buf_char(&b, '}');
  if (b.status != BL_OK) return BL_NOMEM;
  return bl_identity_sign(call->identity, (struct bl_text){b.data, b.len},
                          &call->request->arena, out);
}

/* The subject that a federated credential of that issuer waits for, else one
 * that none does. */
static struct bl_text subject_for(const struct bl_sign_in *call,
                                  const char *issuer, const char *otherwise) {
  const struct bl_app *app = call->identity->registry->apps;
  for (; app != NULL; app = app->next)
    for (const struct bl_federated *f = app->federated; f; f = f->next)
      if (f->keys == NULL && bl_text_is(f->issuer, issuer)) return f->subject;
  return bl_text_of(otherwise);
}

static enum bl_status reply(struct bl_sign_in *call, const char *name,
                            struct bl_text token) {
  struct bl_buf b;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_char(&b, '{');
  if (strcmp(name, "value") == 0)
    bl_put_number(&b, "count", (int64_t)token.len);
  bl_put_text(&b, name, token);
  bl_buf_char(&b, '}');
  return bl_sign_in_reply(call, 200, BL_JSON_TYPE, &b);
}

enum bl_status bl_github_token(struct bl_sign_in *call) {
  static const char issuer[] = "https://token.actions.githubusercontent.com";
  static const char usual[] = "https://github.com/contoso";
  struct bl_text token, audience = bl_sign_in_argument(call, "audience");
  if (!is_admitted(call)) return refuse(call, 401, "Bad credentials");
  if (audience.bytes == NULL)
    audience = (struct bl_text){usual, sizeof usual - 1};
  enum bl_status s =
      make(call, issuer,
           subject_for(call, issuer, "repo:contoso/policies:pull_request"),
           audience, &token);
  return s == BL_OK ? reply(call, "value", token) : s;
}

/* The organization of the pipelines is the first that a credential names. */
static const char *pipelines_issuer(const struct bl_sign_in *call) {
  static const char host[] = "https://vstoken.dev.azure.com/";
  const struct bl_app *app = call->identity->registry->apps;
  for (; app != NULL; app = app->next)
    for (const struct bl_federated *f = app->federated; f; f = f->next)
      if (strncmp(f->issuer.bytes, host, sizeof host - 1) == 0)
        return f->issuer.bytes;
  return "https://vstoken.dev.azure.com/" BL_TENANT_ID;
}

enum bl_status bl_pipelines_token(struct bl_sign_in *call) {
  const struct bl_text audience = {BL_EXCHANGE, sizeof BL_EXCHANGE - 1};
  struct bl_text connection = bl_sign_in_argument(call, "serviceConnectionId");
  const char *issuer = pipelines_issuer(call);
  struct bl_text token;
  if (!is_admitted(call)) return refuse(call, 401, "Bad credentials");
  if (connection.bytes == NULL)
    return refuse(call, 400, "The argument serviceConnectionId is missing");
  enum bl_status s = make(
      call, issuer, subject_for(call, issuer, "sc://contoso/policies/bylaw"),
      audience, &token);
  return s == BL_OK ? reply(call, "oidcToken", token) : s;
}
