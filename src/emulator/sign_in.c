#include "sign_in.h"

#include "core/format.h"
#include "refusal.h"
#include "segments.h"

struct route {
  const char *method; /* NULL: any; the handler tells */
  const char *pattern;
  bl_sign_in_handler *handler;
};

/* clang-format off */
static const struct route routes[] = {
  { NULL,   "{tenant}/oauth2/v2.0/token",                      bl_token_endpoint },
  { NULL,   "{tenant}/oauth2/v2.0/devicecode",                 bl_device_endpoint },
  { "GET",  "{tenant}/v2.0/.well-known/openid-configuration",  bl_configuration },
  { "GET",  "{tenant}/discovery/v2.0/keys",                    bl_keys },
  { "GET",  "common/discovery/instance",                       bl_instances },
  { "GET",  "devicelogin",                                     bl_device_page },
  { "POST", "devicelogin",                                     bl_device_decide },
  { "GET",  "metadata/identity/oauth2/token",                  bl_imds },
  { "GET",  "msi/token",                                       bl_app_service },
  { "GET",  "arc/metadata/identity/oauth2/token",              bl_arc },
  { "GET",  "github/token",                                    bl_github_token },
  { "POST", "pipelines/token",                                 bl_pipelines_token },
  { NULL, NULL, NULL },
};
/* clang-format on */

/* Whether the path is that of the pattern; notes its tenant. */
static bool fits(const char *pattern, const struct bl_segments *path,
                 struct bl_text *tenant) {
  size_t i = 0;
  for (; *pattern != '\0' && i < path->count; i++) {
    struct bl_text piece = {pattern, strcspn(pattern, "/")};
    if (bl_text_is(piece, "{tenant}"))
      *tenant = path->items[i];
    else if (!bl_text_same_folded(piece, path->items[i]))
      return false;
    pattern += piece.len;
    if (*pattern == '/') pattern++;
  }
  return *pattern == '\0' && i == path->count;
}

static const struct route *find(const struct bl_segments *path,
                                const char *method, struct bl_text *tenant) {
  for (const struct route *r = routes; r->pattern != NULL; r++)
    if ((r->method == NULL || strcmp(r->method, method) == 0) &&
        fits(r->pattern, path, tenant))
      return r;
  return NULL;
}

/* The emulator's address by the name that the client has for it, so that what
 * is told of other addresses can be reached by it too. */
static const char *base_of(const struct bl_identity *identity,
                           const struct bl_incoming *request,
                           struct bl_arena *arena) {
  static const char fit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
                            "YZ0123456789.-_:[]";
  const char *host = request->host;
  size_t scheme = strcspn(identity->url, "/") + 2;
  size_t len = host == NULL ? 0 : strlen(host);
  if (len == 0 || len > 255 || strspn(host, fit) != len) return identity->url;
  return bl_arena_format(arena, "%.*s%s", (int)scheme, identity->url, host);
}

enum bl_status bl_sign_in_answer(struct bl_identity *identity,
                                 struct bl_incoming *request,
                                 struct bl_arena *scratch, bool *taken) {
  struct bl_segments path;
  struct bl_text bad;
  struct bl_sign_in call = {.identity = identity,
                            .request = request,
                            .scratch = scratch,
                            .authentication = "0"};
  *taken = false;
  if (bl_segments_of_graph(request->path)) return BL_OK;
  enum bl_status s = bl_segments_read(request->path, scratch, &path, &bad);
  if (s != BL_OK) return s == BL_NOMEM ? s : BL_OK;
  const struct route *route = find(&path, request->method, &call.tenant);
  if (route == NULL) return BL_OK;
  *taken = true;
  call.now_ms = bl_clock_ms(identity->clock);
  call.base = base_of(identity, request, scratch);
  if (call.base == NULL) return BL_NOMEM;
  s = route->handler(&call);
  return s == BL_INVALID ? BL_OK : s;
}

enum bl_status bl_sign_in_refuse(struct bl_sign_in *call,
                                 enum bl_aadsts refusal, struct bl_text a,
                                 struct bl_text b, struct bl_text c) {
  const struct bl_text about[3] = {a, b, c};
  bl_aadsts_refuse(call->request, refusal, about, call->now_ms);
  return BL_INVALID;
}

enum bl_status bl_sign_in_refuse_plainly(struct bl_sign_in *call,
                                         enum bl_aadsts refusal) {
  const struct bl_text none = {0};
  return bl_sign_in_refuse(call, refusal, none, none, none);
}

enum bl_status bl_sign_in_reply(struct bl_sign_in *call, unsigned status,
                                const char *content_type,
                                const struct bl_buf *body) {
  if (body->status != BL_OK) return BL_NOMEM;
  call->request->reply = (struct bl_reply){
      .status = status,
      .body = {body->data, body->len},
      .content_type = content_type,
      .sign_in = true,
  };
  return BL_OK;
}

enum bl_status bl_sign_in_read_form(struct bl_sign_in *call) {
  struct bl_buf *body = &call->request->body;
  if (body->status == BL_TOO_LARGE) {
    bl_refuse_plainly(call->request, BL_R_TOO_LARGE);
    return BL_INVALID;
  }
  if (body->status != BL_OK) return BL_NOMEM;
  enum bl_status s = bl_form_read((struct bl_text){body->data, body->len},
                                  call->scratch, &call->form);
  return s == BL_INVALID ? bl_sign_in_refuse_plainly(call, BL_A_MALFORMED) : s;
}

struct bl_text bl_sign_in_argument(const struct bl_sign_in *call,
                                   const char *name) {
  for (const struct bl_option *o = call->request->options; o; o = o->next)
    if (bl_text_is(o->name, name)) return o->value;
  return (struct bl_text){0};
}

/* --- the tenant and the application -------------------------------------- */

/* The names that stand for tenants of many. */
static bool is_shared(struct bl_text tenant) {
  return bl_text_is(tenant, "common") || bl_text_is(tenant, "organizations") ||
         bl_text_is(tenant, "consumers");
}

/* The tenant where it is the one played, or one of many. */
static enum bl_status check_tenant(struct bl_sign_in *call) {
  const struct bl_text none = {0};
  struct bl_text tenant = call->tenant;
  if (is_shared(tenant) ||
      bl_registry_is_tenant(call->identity->registry, tenant))
    return BL_OK;
  return bl_sign_in_refuse(call,
                           bl_is_guid(tenant) || bl_is_domain(tenant)
                               ? BL_A_TENANT_UNKNOWN
                               : BL_A_TENANT_FORM,
                           tenant, none, none);
}

/* Whether this application may ask there. */
static enum bl_status check_shared(struct bl_sign_in *call, bool shared) {
  const struct bl_text none = {0};
  if (!is_shared(call->tenant)) return BL_OK;
  if (!call->app->multi_tenant)
    return bl_sign_in_refuse(call, BL_A_SINGLE_TENANT, call->app->client_id,
                             call->app->name, none);
  return shared ? BL_OK : bl_sign_in_refuse_plainly(call, BL_A_TENANT_NONE);
}

/* What an application is refused that is declared to be. */
static enum bl_status refuse_declared(struct bl_sign_in *call) {
  const struct bl_app *app = call->app;
  struct bl_text graph = {BL_GRAPH_ID, sizeof BL_GRAPH_ID - 1};
  enum bl_aadsts refusal = bl_aadsts_numbered(app->refuse);
  return bl_sign_in_refuse(call, refusal, app->client_id, app->name, graph);
}

enum bl_status bl_sign_in_find_app(struct bl_sign_in *call,
                                   struct bl_text client_id, bool shared) {
  const struct bl_text none = {0};
  const struct bl_registry *registry = call->identity->registry;
  const struct bl_app *app = bl_registry_app(registry, client_id);
  call->app = app;
  enum bl_status s = check_tenant(call);
  if (s != BL_OK) return s;
  if (app == NULL)
    return bl_sign_in_refuse(call, BL_A_APP_UNKNOWN, client_id,
                             registry->tenant_id, none);
  s = check_shared(call, shared);
  if (s != BL_OK) return s;
  if (app->disabled)
    return bl_sign_in_refuse(call, BL_A_APP_DISABLED, app->client_id, app->name,
                             none);
  return app->refuse != 0 ? refuse_declared(call) : BL_OK;
}
