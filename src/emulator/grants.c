/* The token endpoint: who asks, by which grant, for which resource. */
#include "sign_in.h"

#include <strings.h>

#include "core/base64.h"
#include "core/format.h"
#include "core/json_write.h"
#include "members.h"
#include "segments.h"

#define MAX_CLAIMS ((size_t)64 << 10) /* bytes of a token's claims */
#define LONG_S 86399 /* of a token for who handles challenges */

static const struct bl_text none;

static struct bl_text field(const struct bl_sign_in *call, const char *name) {
  return bl_form_value(call->form, name);
}

/* --- access tokens ------------------------------------------------------- */

static void put_names(struct bl_buf *b, const char *name,
                      const struct bl_names *names) {
  if (names == NULL) return;
  bl_put_name(b, name);
  bl_buf_char(b, '[');
  for (const struct bl_names *n = names; n != NULL; n = n->next) {
    if (n != names) bl_buf_char(b, ',');
    bl_json_write_string(b, n->text, BL_PLAIN);
  }
  bl_buf_char(b, ']');
}

/* A fresh GUID as text. */
static const char *fresh(char out[BL_GUID_TEXT]) {
  uint8_t id[BL_GUID_BYTES];
  bl_guid_random(id);
  bl_guid_write(id, out);
  return out;
}

/* Whose token it is, and what for. */
static void put_subject(struct bl_buf *b, const struct bl_sign_in *call,
                        const struct bl_grant *grant) {
  const struct bl_app *app = grant->app;
  bl_put_text(b, "appid", app->client_id);
  bl_put_text(b, "azp", app->client_id);
  bl_put_text(b, "app_displayname", app->name);
  bl_put_string(b, "appidacr", call->authentication);
  if (grant->scope == NULL) {
    bl_put_string(b, "idtyp", "app");
    bl_put_text(b, "oid", app->object_id);
    bl_put_text(b, "sub", app->object_id);
    put_names(b, "roles", app->roles);
  } else {
    bl_put_string(b, "idtyp", "user");
    bl_put_string(b, "scp", grant->scope);
    bl_put_string(b, "upn", "user@" BL_TENANT_DOMAIN);
    bl_put_string(b, "sub", "user");
  }
  if (app->managed != BL_NOT_MANAGED && app->resource_id.bytes != NULL)
    bl_put_text(b, "xms_mirid", app->resource_id);
}

static enum bl_status write_claims(struct bl_buf *b,
                                   const struct bl_sign_in *call,
                                   const struct bl_grant *grant) {
  char id[BL_GUID_TEXT];
  const struct bl_identity *identity = call->identity;
  int64_t now = call->now_ms / 1000;
  const char *issuer = bl_identity_issuer(identity, call->base, call->scratch);
  if (issuer == NULL) return BL_NOMEM;
  bl_buf_char(b, '{');
  bl_put_text(b, "aud", grant->audience);
  bl_put_string(b, "iss", issuer);
  bl_put_number(b, "iat", now);
  bl_put_number(b, "nbf", now);
  bl_put_number(b, "exp", now + grant->lifetime_s);
  put_subject(b, call, grant);
  bl_put_text(b, "tid", identity->registry->tenant_id);
  bl_put_string(b, "uti", fresh(id));
  bl_put_string(b, "ver", "1.0");
  bl_put_number(b, "epoch", atomic_load(&identity->epoch));
  if (grant->long_lived) bl_buf_text(b, ",\"xms_cc\":[\"CP1\"]");
  bl_buf_char(b, '}');
  return b->status == BL_OK ? BL_OK : BL_NOMEM;
}

enum bl_status bl_grant_token(struct bl_sign_in *call,
                              const struct bl_grant *grant,
                              struct bl_text *out) {
  struct bl_buf b;
  bl_buf_init(&b, call->scratch, MAX_CLAIMS);
  enum bl_status s = write_claims(&b, call, grant);
  if (s != BL_OK) return s;
  return bl_identity_sign(call->identity, (struct bl_text){b.data, b.len},
                          &call->request->arena, out);
}

/* --- who asks ------------------------------------------------------------ */

/* An id and a secret of HTTP's basic authentication; both stay as they are
 * where there is none. */
static enum bl_status read_basic(struct bl_sign_in *call, struct bl_text *id,
                                 struct bl_text *secret) {
  const char *given = call->request->authorization;
  struct bl_text pair;
  if (given == NULL || strncasecmp(given, "Basic ", 6) != 0) return BL_OK;
  enum bl_status s =
      bl_base64_read(bl_text_of(given + 6), call->scratch, &pair);
  const char *colon = s == BL_OK ? memchr(pair.bytes, ':', pair.len) : NULL;
  if (s == BL_OK && colon == NULL) s = BL_INVALID;
  if (s == BL_OK) {
    size_t len = (size_t)(colon - pair.bytes);
    s = bl_percent_decode(pair.bytes, len, call->scratch, id);
    if (s == BL_OK)
      s = bl_percent_decode(colon + 1, pair.len - len - 1, call->scratch,
                            secret);
  }
  return s == BL_INVALID ? bl_sign_in_refuse_plainly(call, BL_A_MALFORMED) : s;
}

static enum bl_status check_secret(struct bl_sign_in *call,
                                   struct bl_text given) {
  const struct bl_app *app = call->app;
  call->authentication = "1";
  for (const struct bl_secret *s = app->secrets; s != NULL; s = s->next) {
    if (!bl_text_is(given, s->value.bytes)) continue;
    if (call->now_ms / 1000 < s->expires) return BL_OK;
    return bl_sign_in_refuse(call, BL_A_SECRET_EXPIRED, app->client_id, none,
                             none);
  }
  return bl_sign_in_refuse(call, BL_A_SECRET_WRONG, app->client_id, none, none);
}

/* Whether the application has any credential of its own. */
static bool is_confidential(const struct bl_app *app) {
  return app->secrets != NULL || app->certificates != NULL ||
         app->federated != NULL;
}

static enum bl_status check_assertion(struct bl_sign_in *call,
                                      struct bl_text assertion) {
  static const char jwt[] =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  struct bl_text type = field(call, "client_assertion_type");
  call->authentication = "2";
  if (type.bytes == NULL)
    return bl_sign_in_refuse(call, BL_A_MISSING_FIELD,
                             bl_text_of("client_assertion_type"), none, none);
  if (!bl_text_is(type, jwt))
    return bl_sign_in_refuse_plainly(call, BL_A_MALFORMED);
  return bl_assertion_check(call, assertion);
}

/* `secret` as basic authentication gave it, or with bytes NULL. `needed`: there
 * is no doing without a credential. */
static enum bl_status authenticate(struct bl_sign_in *call,
                                   struct bl_text secret, bool needed) {
  struct bl_text assertion = field(call, "client_assertion");
  if (secret.bytes == NULL) secret = field(call, "client_secret");
  bool given = secret.bytes != NULL || assertion.bytes != NULL;
  if (given && call->app->is_public && !is_confidential(call->app))
    return bl_sign_in_refuse_plainly(call, BL_A_APP_PUBLIC);
  if (assertion.bytes != NULL) return check_assertion(call, assertion);
  if (secret.bytes != NULL) return check_secret(call, secret);
  if (needed) return bl_sign_in_refuse_plainly(call, BL_A_NO_CREDENTIAL);
  return call->app->is_public
             ? BL_OK
             : bl_sign_in_refuse_plainly(call, BL_A_NOT_PUBLIC);
}

/* --- an application by itself -------------------------------------------- */

/* The next of some words joined by blanks; moves behind it. Bytes NULL: none
 * is left. */
static struct bl_text word(struct bl_text *text) {
  while (text->len > 0 && *text->bytes == ' ') {
    text->bytes++;
    text->len--;
  }
  if (text->len == 0) return none;
  const char *blank = memchr(text->bytes, ' ', text->len);
  size_t len = blank == NULL ? text->len : (size_t)(blank - text->bytes);
  struct bl_text found = {text->bytes, len};
  text->bytes += len;
  text->len -= len;
  return found;
}

/* Whether a scope is made of the characters that scopes are made of. */
static bool is_scope(struct bl_text scope) {
  static const char fit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
                            "YZ0123456789._:/-%";
  for (size_t i = 0; i < scope.len; i++)
    if (memchr(fit, scope.bytes[i], sizeof fit - 1) == NULL) return false;
  return true;
}

/* The resource of a single scope that ends in "/.default". */
static enum bl_status read_resource(struct bl_sign_in *call,
                                    struct bl_text *resource) {
  static const char suffix[] = "/.default";
  const size_t end = sizeof suffix - 1;
  struct bl_text scope = field(call, "scope"), rest = scope;
  if (scope.bytes == NULL)
    return bl_sign_in_refuse(call, BL_A_NO_PARAMETER, bl_text_of("scope"), none,
                             none);
  struct bl_text first = word(&rest), second = word(&rest);
  if (first.bytes == NULL)
    return bl_sign_in_refuse_plainly(call, BL_A_SCOPE_EMPTY);
  if (second.bytes != NULL)
    return bl_sign_in_refuse(call, BL_A_SCOPE_TWO, scope, none, none);
  if (!is_scope(first))
    return bl_sign_in_refuse(call, BL_A_SCOPE, first, none, none);
  if (bl_text_is(first, suffix) || bl_text_is(first, suffix + 1))
    return bl_sign_in_refuse(call, BL_A_SCOPE_NAME, first, none, none);
  if (first.len <= end ||
      memcmp(first.bytes + first.len - end, suffix, end) != 0)
    return bl_sign_in_refuse(call, BL_A_SCOPE_DEFAULT, first, none, none);
  *resource = (struct bl_text){first.bytes, first.len - end};
  return BL_OK;
}

/* Graph by its one name, and what federated credentials are exchanged for. */
static enum bl_status find_resource(struct bl_sign_in *call,
                                    struct bl_text *resource) {
  if (bl_identity_is_graph(call->identity, *resource)) {
    *resource = bl_text_of(BL_GRAPH);
    return BL_OK;
  }
  if (bl_text_is(*resource, BL_EXCHANGE)) return BL_OK;
  return bl_sign_in_refuse(call, BL_A_RESOURCE, *resource,
                           call->identity->registry->tenant_id, none);
}

/* Whether the client says that it handles challenges. */
static bool handles_challenges(const struct bl_sign_in *call) {
  struct bl_text claims = field(call, "claims");
  struct bl_value value;
  if (claims.bytes == NULL ||
      bl_read_claims(claims, call->scratch, &value) != BL_OK)
    return false;
  const struct bl_item *token = bl_value_find(&value, "access_token");
  const struct bl_item *cc =
      token == NULL ? NULL : bl_value_find(&token->value, "xms_cc");
  const struct bl_item *values =
      cc == NULL ? NULL : bl_value_find(&cc->value, "values");
  if (values == NULL || values->value.type != BL_ARRAY) return false;
  for (const struct bl_item *i = values->value.as.first; i; i = i->next)
    if (i->value.type == BL_STRING &&
        bl_text_same_folded(i->value.as.text, bl_text_of("cp1")))
      return true;
  return false;
}

static enum bl_status reply_token(struct bl_sign_in *call,
                                  const struct bl_grant *grant,
                                  struct bl_text token, const char *refresh) {
  struct bl_buf b;
  int64_t refresh_in = call->identity->registry->refresh_in_s;
  if (grant->long_lived && refresh_in == 0) refresh_in = grant->lifetime_s / 2;
  bl_buf_init(&b, &call->request->arena, MAX_CLAIMS);
  bl_buf_char(&b, '{');
  bl_put_string(&b, "token_type", "Bearer");
  if (grant->scope != NULL) bl_put_string(&b, "scope", grant->scope);
  bl_put_number(&b, "expires_in", grant->lifetime_s);
  bl_put_number(&b, "ext_expires_in", grant->lifetime_s);
  if (refresh_in > 0) bl_put_number(&b, "refresh_in", refresh_in);
  bl_put_text(&b, "access_token", token);
  if (refresh != NULL) bl_put_string(&b, "refresh_token", refresh);
  bl_buf_char(&b, '}');
  return bl_sign_in_reply(call, 200, BL_JSON_TYPE, &b);
}

static int64_t lifetime(const struct bl_sign_in *call, bool long_lived) {
  int64_t usual = call->identity->registry->lifetime_s;
  return long_lived && usual == 3599 ? LONG_S : usual;
}

static enum bl_status to_app(struct bl_sign_in *call) {
  struct bl_text token;
  struct bl_grant grant = {.app = call->app,
                           .long_lived = handles_challenges(call)};
  grant.lifetime_s = lifetime(call, grant.long_lived);
  enum bl_status s = read_resource(call, &grant.audience);
  if (s == BL_OK) s = find_resource(call, &grant.audience);
  if (s == BL_OK) s = bl_grant_token(call, &grant, &token);
  return s == BL_OK ? reply_token(call, &grant, token, NULL) : s;
}

/* --- a user -------------------------------------------------------------- */

/* Whether the application may have that permission of its users;
 * "offline_access" and its like need no consent. */
static bool consented(const struct bl_app *app, struct bl_text scope) {
  static const char *const free_of[] = {"openid", "profile", "email",
                                        "offline_access", ".default"};
  for (size_t i = 0; i < sizeof free_of / sizeof *free_of; i++)
    if (bl_text_is(scope, free_of[i])) return true;
  const struct bl_names *n = app->scopes;
  while (n != NULL && !bl_text_same_folded(n->text, scope)) n = n->next;
  return n != NULL;
}

/* The permission that a scope names, without its resource. False: another
 * resource than Graph. */
static bool strip_resource(const struct bl_sign_in *call,
                           struct bl_text *scope) {
  const char *slash = NULL;
  for (size_t i = 0; i < scope->len; i++)
    if (scope->bytes[i] == '/') slash = scope->bytes + i;
  if (slash == NULL) return true;
  struct bl_text resource = {scope->bytes, (size_t)(slash - scope->bytes)};
  *scope = (struct bl_text){slash + 1, scope->len - resource.len - 1};
  return bl_identity_is_graph(call->identity, resource);
}

static void add_word(struct bl_buf *b, struct bl_text text) {
  if (b->len > 0) bl_buf_char(b, ' ');
  bl_buf_add(b, text.bytes, text.len);
}

/* The permissions that a user's token gets for the scopes asked for: all that
 * were consented to, for ".default". */
static enum bl_status read_scopes(struct bl_sign_in *call, struct bl_text asked,
                                  struct bl_buf *granted, bool *offline) {
  *offline = false;
  for (struct bl_text one; (one = word(&asked)).bytes != NULL;) {
    struct bl_text scope = one;
    if (!is_scope(one) || !strip_resource(call, &scope) || scope.len == 0)
      return bl_sign_in_refuse(call, BL_A_SCOPE, one, none, none);
    if (!consented(call->app, scope))
      return bl_sign_in_refuse(call, BL_A_CONSENT, call->app->client_id,
                               call->app->name, none);
    if (bl_text_is(scope, "offline_access")) {
      *offline = true;
    } else if (bl_text_is(scope, ".default")) {
      for (const struct bl_names *n = call->app->scopes; n; n = n->next)
        add_word(granted, n->text);
    } else {
      add_word(granted, scope);
    }
  }
  return granted->status == BL_OK ? BL_OK : BL_NOMEM;
}

/* The answer to a user's sign-in. */
static enum bl_status reply_user(struct bl_sign_in *call, const char *asked) {
  struct bl_buf scope;
  struct bl_text token;
  struct bl_refresh *refresh = NULL;
  bool offline;
  bl_buf_init(&scope, call->scratch, MAX_CLAIMS);
  enum bl_status s = read_scopes(call, bl_text_of(asked), &scope, &offline);
  if (s != BL_OK) return s;
  struct bl_grant grant = {.app = call->app,
                           .audience = bl_text_of(BL_GRAPH),
                           .scope = bl_buf_string(&scope),
                           .long_lived = handles_challenges(call)};
  grant.lifetime_s = lifetime(call, grant.long_lived);
  if (grant.scope == NULL) return BL_NOMEM;
  s = bl_grant_token(call, &grant, &token);
  if (s != BL_OK) return s;
  if (offline) {
    refresh = bl_refresh_begin(call->identity->devices);
    if (refresh == NULL) return BL_NOMEM;
    memcpy(refresh->scope, asked, strlen(asked) + 1);
    refresh->app = call->app;
    refresh->expires_ms = call->now_ms + BL_REFRESH_MS;
  }
  return reply_token(call, &grant, token,
                     refresh == NULL ? NULL : refresh->token);
}

/* Why a poll gets no token. BL_A_COUNT: it gets one. */
static enum bl_aadsts poll(struct bl_device *device, int64_t now_ms) {
  bool early = device->polled_ms != 0 &&
               now_ms - device->polled_ms < device->interval_ms;
  device->polled_ms = now_ms;
  if (now_ms >= device->expires_ms) return BL_A_DEVICE_EXPIRED;
  switch (device->state) {
  case BL_PENDING:
    if (early) device->interval_ms += 5000;
    return early ? BL_A_SLOW_DOWN : BL_A_PENDING;
  case BL_DECLINED: return BL_A_DECLINED;
  case BL_USED: return BL_A_DEVICE_USED;
  case BL_APPROVED: break;
  }
  return BL_A_COUNT;
}

static enum bl_status to_device(struct bl_sign_in *call) {
  struct bl_text code = field(call, "device_code");
  if (code.bytes == NULL)
    return bl_sign_in_refuse(call, BL_A_NO_PARAMETER, bl_text_of("device_code"),
                             none, none);
  struct bl_device *device = bl_devices_by_code(call->identity->devices, code);
  if (device == NULL || device->app != call->app)
    return bl_sign_in_refuse_plainly(call, BL_A_DEVICE_CODE);
  enum bl_aadsts refusal = poll(device, call->now_ms);
  if (refusal != BL_A_COUNT) return bl_sign_in_refuse_plainly(call, refusal);
  enum bl_status s = reply_user(call, device->scope);
  if (s == BL_OK) device->state = BL_USED;
  return s;
}

static enum bl_status to_refresh(struct bl_sign_in *call) {
  char asked[BL_SCOPE];
  struct bl_text token = field(call, "refresh_token");
  struct bl_text scope = field(call, "scope");
  if (token.bytes == NULL)
    return bl_sign_in_refuse(call, BL_A_NO_PARAMETER,
                             bl_text_of("refresh_token"), none, none);
  struct bl_refresh *known = bl_refresh_find(call->identity->devices, token);
  if (known == NULL || known->app != call->app)
    return bl_sign_in_refuse_plainly(call, BL_A_REVOKED);
  if (call->now_ms >= known->expires_ms)
    return bl_sign_in_refuse_plainly(call, BL_A_REFRESH);
  if (scope.len >= sizeof asked)
    return bl_sign_in_refuse(call, BL_A_SCOPE, scope, none, none);
  memcpy(asked, known->scope, sizeof asked);
  if (scope.bytes != NULL) memcpy(asked, scope.bytes, scope.len + 1);
  enum bl_status s = reply_user(call, asked);
  if (s == BL_OK) known->token[0] = '\0';
  return s;
}

/* --- the endpoint -------------------------------------------------------- */

static const struct {
  const char *name;
  bl_sign_in_handler *answer;
  bool by_itself; /* no user: a credential of the application is needed */
} grants[] = {
    {"client_credentials", to_app, true},
    {"urn:ietf:params:oauth:grant-type:device_code", to_device, false},
    {"device_code", to_device, false},
    {"refresh_token", to_refresh, false},
};
#define GRANTS (sizeof grants / sizeof *grants)

enum bl_status bl_token_endpoint(struct bl_sign_in *call) {
  struct bl_text id = none, secret = none;
  if (strcmp(call->request->method, "POST") != 0)
    return bl_sign_in_refuse(call, BL_A_POST_ONLY, bl_text_of("POST"),
                             bl_text_of(call->request->method), none);
  enum bl_status s = bl_sign_in_read_form(call);
  if (s == BL_OK) s = read_basic(call, &id, &secret);
  if (s != BL_OK) return s;
  struct bl_text type = field(call, "grant_type");
  if (id.bytes == NULL) id = field(call, "client_id");
  if (type.bytes == NULL || id.bytes == NULL)
    return bl_sign_in_refuse(
        call, BL_A_NO_PARAMETER,
        bl_text_of(type.bytes == NULL ? "grant_type" : "client_id"), none,
        none);
  size_t i = 0;
  while (i < GRANTS && !bl_text_is(type, grants[i].name)) i++;
  if (i == GRANTS) return bl_sign_in_refuse(call, BL_A_GRANT, type, none, none);
  s = bl_sign_in_find_app(call, id, !grants[i].by_itself);
  if (s == BL_OK) s = authenticate(call, secret, grants[i].by_itself);
  return s == BL_OK ? grants[i].answer(call) : s;
}
