/* What the platform tells of itself: endpoints, keys, names of its hosts. */
#include "sign_in.h"

#include <stdlib.h>
#include <string.h>

#include "core/format.h"
#include "core/json_write.h"
#include "members.h"

#define MAX_REPLY ((size_t)64 << 10) /* bytes */

static const struct bl_text none;

/* The tenant of the path, where it is ours or stands for those of many. */
static enum bl_status check_tenant(struct bl_sign_in *call) {
  struct bl_text tenant = call->tenant;
  if (bl_registry_is_tenant(call->identity->registry, tenant) ||
      bl_text_is(tenant, "common") || bl_text_is(tenant, "organizations"))
    return BL_OK;
  bool fit = bl_is_guid(tenant) || bl_is_domain(tenant);
  return bl_sign_in_refuse(call, fit ? BL_A_TENANT_UNKNOWN : BL_A_TENANT_FORM,
                           tenant, none, none);
}

/* "name": base + middle, which may be of the tenant */
static void put_url(struct bl_buf *b, struct bl_sign_in *call, const char *name,
                    const char *path) {
  const char *url =
      bl_arena_format(call->scratch, "%s/%.*s%s", call->base,
                      (int)call->tenant.len, call->tenant.bytes, path);
  if (url == NULL)
    b->status = BL_NOMEM;
  else
    bl_put_string(b, name, url);
}

static const char fixed[] =
    ",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\","
    "\"private_key_jwt\",\"client_secret_basic\"],"
    "\"response_modes_supported\":[\"query\",\"fragment\",\"form_post\"],"
    "\"subject_types_supported\":[\"pairwise\"],"
    "\"id_token_signing_alg_values_supported\":[\"RS256\"],"
    "\"response_types_supported\":[\"code\",\"id_token\",\"code id_token\","
    "\"id_token token\"],"
    "\"scopes_supported\":[\"openid\",\"profile\",\"email\","
    "\"offline_access\"],"
    "\"request_uri_parameter_supported\":false,"
    "\"claims_supported\":[\"sub\",\"iss\",\"aud\",\"exp\",\"iat\",\"nbf\","
    "\"tid\",\"ver\"],"
    "\"tenant_region_scope\":\"EU\",\"cloud_instance_name\":"
    "\"microsoftonline.com\",\"cloud_graph_host_name\":\"graph.windows.net\","
    "\"msgraph_host\":\"graph.microsoft.com\",\"rbac_url\":"
    "\"https://pas.windows.net\"}";

enum bl_status bl_configuration(struct bl_sign_in *call) {
  struct bl_buf b;
  enum bl_status s = check_tenant(call);
  if (s != BL_OK) return s;
  const char *issuer =
      bl_identity_issuer(call->identity, call->base, call->scratch);
  if (issuer == NULL) return BL_NOMEM;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_char(&b, '{');
  put_url(&b, call, "token_endpoint", "/oauth2/v2.0/token");
  put_url(&b, call, "jwks_uri", "/discovery/v2.0/keys");
  bl_put_string(&b, "issuer", issuer);
  put_url(&b, call, "authorization_endpoint", "/oauth2/v2.0/authorize");
  put_url(&b, call, "device_authorization_endpoint", "/oauth2/v2.0/devicecode");
  bl_buf_text(&b, fixed);
  return bl_sign_in_reply(call, 200, BL_JSON_TYPE, &b);
}

enum bl_status bl_keys(struct bl_sign_in *call) {
  struct bl_buf b;
  struct bl_identity *identity = call->identity;
  enum bl_status s = check_tenant(call);
  if (s == BL_OK) s = bl_identity_ready(identity);
  if (s != BL_OK) return s;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_text(&b, "{\"keys\":[{");
  bl_put_string(&b, "kty", "RSA");
  bl_put_string(&b, "use", "sig");
  bl_put_string(&b, "alg", "RS256");
  bl_put_text(&b, "kid", identity->kid);
  bl_put_text(&b, "n", identity->n);
  bl_put_text(&b, "e", identity->e);
  bl_buf_text(&b, "}]}");
  return bl_sign_in_reply(call, 200, BL_JSON_TYPE, &b);
}

/* All hosts there are: this one. */
enum bl_status bl_instances(struct bl_sign_in *call) {
  struct bl_buf b;
  const char *host = strchr(call->base, ':') + 3;
  const char *configuration = bl_arena_format(
      call->scratch, "%s/%s/v2.0/.well-known/openid-configuration", call->base,
      call->identity->registry->tenant_id.bytes);
  if (configuration == NULL) return BL_NOMEM;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_char(&b, '{');
  bl_put_string(&b, "tenant_discovery_endpoint", configuration);
  bl_put_string(&b, "api-version", "1.1");
  bl_put_name(&b, "metadata");
  bl_buf_text(&b, "[{");
  bl_put_string(&b, "preferred_network", host);
  bl_put_string(&b, "preferred_cache", host);
  bl_put_name(&b, "aliases");
  bl_buf_char(&b, '[');
  bl_json_write_string(&b, bl_text_of(host), BL_PLAIN);
  bl_buf_text(&b, "]}]}");
  return bl_sign_in_reply(call, 200, BL_JSON_TYPE, &b);
}
