/* Managed identities: the endpoints of virtual machines (IMDS), of App Service
 * and of Azure Arc. */
#include "sign_in.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/format.h"
#include "members.h"
#include "tokens.h"

#define MAX_REPLY ((size_t)64 << 10) /* bytes */
#define LIFETIME_S 86399

/* Which names ask for a user-assigned identity, and by what. */
struct naming {
  const char *client, *object[2], *resource;
};

static const struct naming imds_names = {
    "client_id", {"object_id", "principal_id"}, "msi_res_id"};
static const struct naming app_service_names = {
    "client_id", {"principal_id", "object_id"}, "mi_res_id"};

/* Answers {"error", "error_description"}, as IMDS does. */
static enum bl_status refuse(struct bl_sign_in *call, unsigned status,
                             const char *error, const char *description) {
  struct bl_buf b;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_char(&b, '{');
  bl_put_string(&b, "error", error);
  bl_put_string(&b, "error_description", description);
  bl_buf_char(&b, '}');
  return bl_sign_in_reply(call, status, BL_JSON_TYPE, &b);
}

/* --- which identity ------------------------------------------------------ */

/* What a request asks for. */
struct wanted {
  struct bl_text client, object, resource_id; /* bytes NULL: not asked by it */
  struct bl_text resource;
};

static struct wanted read_wanted(const struct bl_sign_in *call,
                                 const struct naming *names) {
  struct bl_text object = bl_sign_in_argument(call, names->object[0]);
  if (object.bytes == NULL)
    object = bl_sign_in_argument(call, names->object[1]);
  return (struct wanted){
      .client = bl_sign_in_argument(call, names->client),
      .object = object,
      .resource_id = bl_sign_in_argument(call, names->resource),
      .resource = bl_sign_in_argument(call, "resource"),
  };
}

static bool fits(const struct bl_app *app, const struct wanted *w) {
  if (w->client.bytes != NULL)
    return bl_text_same_folded(app->client_id, w->client);
  if (w->object.bytes != NULL)
    return bl_text_same_folded(app->object_id, w->object);
  return app->resource_id.bytes != NULL &&
         bl_text_same_folded(app->resource_id, w->resource_id);
}

/* The identity that is meant: the one that is named, else the system's, else
 * the only one there is. *several: there is more than one to choose from. */
static const struct bl_app *find(const struct bl_registry *registry,
                                 const struct wanted *w, bool *several) {
  bool named = w->client.bytes != NULL || w->object.bytes != NULL ||
               w->resource_id.bytes != NULL;
  const struct bl_app *only = NULL;
  size_t count = 0;
  *several = false;
  for (const struct bl_app *app = registry->apps; app; app = app->next) {
    if (app->managed == BL_NOT_MANAGED) continue;
    if (named ? fits(app, w) : app->managed == BL_SYSTEM_ASSIGNED) return app;
    only = app;
    count++;
  }
  if (named) return NULL;
  *several = count > 1;
  return count == 1 ? only : NULL;
}

/* --- the answer ---------------------------------------------------------- */

static enum bl_status grant(struct bl_sign_in *call, const struct bl_app *app,
                            struct bl_text audience, bool brief) {
  struct bl_buf b;
  struct bl_text token;
  int64_t now = call->now_ms / 1000, lifetime = LIFETIME_S;
  if (call->identity->registry->lifetime_s != 3599)
    lifetime = call->identity->registry->lifetime_s;
  const struct bl_grant what = {
      .app = app,
      .audience = bl_identity_is_graph(call->identity, audience)
                      ? bl_text_of(BL_GRAPH)
                      : audience,
      .lifetime_s = lifetime,
  };
  call->authentication = "2";
  enum bl_status s = bl_grant_token(call, &what, &token);
  if (s != BL_OK) return s;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_char(&b, '{');
  bl_put_text(&b, "access_token", token);
  bl_put_text(&b, "client_id", app->client_id);
  if (!brief) bl_put_digits(&b, "expires_in", lifetime);
  bl_put_digits(&b, "expires_on", now + lifetime);
  if (!brief) bl_put_digits(&b, "ext_expires_in", lifetime);
  if (!brief) bl_put_digits(&b, "not_before", now - 300);
  bl_put_text(&b, "resource", audience);
  bl_put_string(&b, "token_type", "Bearer");
  bl_buf_char(&b, '}');
  return bl_sign_in_reply(call, 200, BL_JSON_TYPE, &b);
}

static bool is_known(struct bl_sign_in *call, struct bl_text resource) {
  return bl_identity_is_graph(call->identity, resource) ||
         bl_text_is(resource, BL_EXCHANGE);
}

/* The rest of a request to a machine's own service. */
static enum bl_status answer_machine(struct bl_sign_in *call) {
  struct wanted wanted = read_wanted(call, &imds_names);
  bool several;
  if (wanted.resource.bytes == NULL)
    return refuse(call, 400, "invalid_request",
                  "Required query variable 'resource' is missing");
  const struct bl_app *app = find(call->identity->registry, &wanted, &several);
  if (several)
    return refuse(call, 400, "invalid_request",
                  "Multiple user assigned identities exist, please specify the "
                  "clientId / resourceId of the identity in the token request");
  if (app == NULL)
    return refuse(call, 400, "invalid_request", "Identity not found");
  if (!is_known(call, wanted.resource))
    return refuse(call, 400, "invalid_resource",
                  "AADSTS500011: The resource principal was not found in the "
                  "tenant.");
  return grant(call, app, wanted.resource, false);
}

static const char *header(struct bl_sign_in *call, const char *name) {
  return call->request->header(call->request, name);
}

static bool has_metadata(struct bl_sign_in *call) {
  const char *metadata = header(call, "Metadata");
  return metadata != NULL && strcasecmp(metadata, "true") == 0;
}

static enum bl_status refuse_without_metadata(struct bl_sign_in *call) {
  return refuse(call, 400, "bad_request_102",
                "Required metadata header not specified");
}

/* Whether the query has an api-version of the list, which ends with NULL. */
static bool has_version(struct bl_sign_in *call, const char *const *versions) {
  struct bl_text given = bl_sign_in_argument(call, "api-version");
  if (given.bytes == NULL) return false;
  while (*versions != NULL && !bl_text_is(given, *versions)) versions++;
  return *versions != NULL;
}

static enum bl_status refuse_version(struct bl_sign_in *call) {
  return refuse(call, 400, "bad_request",
                "The api-version is missing or not supported; see "
                "docs/emulator.md for those that are");
}

enum bl_status bl_imds(struct bl_sign_in *call) {
  static const char *const versions[] = {"2018-02-01", "2019-08-01",
                                         "2020-06-01", "2021-02-01", NULL};
  if (!has_metadata(call) || header(call, "X-Forwarded-For") != NULL)
    return refuse_without_metadata(call);
  if (!has_version(call, versions)) return refuse_version(call);
  return answer_machine(call);
}

/* --- App Service --------------------------------------------------------- */

/* Answers {"statusCode", "message"}. */
static enum bl_status refuse_brief(struct bl_sign_in *call, unsigned status,
                                   const char *message) {
  struct bl_buf b;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_char(&b, '{');
  bl_put_number(&b, "statusCode", status);
  bl_put_string(&b, "message", message);
  bl_buf_char(&b, '}');
  return bl_sign_in_reply(call, status, BL_JSON_TYPE, &b);
}

/* Whether a header holds the emulator's token, here IDENTITY_HEADER. */
static bool is_secret(struct bl_sign_in *call, const char *given) {
  const char *bearer =
      given == NULL ? NULL : bl_arena_format(call->scratch, "Bearer %s", given);
  return bl_token_check(call->identity->token, bearer) == BL_BEARER_RIGHT;
}

enum bl_status bl_app_service(struct bl_sign_in *call) {
  static const char *const versions[] = {"2019-08-01", NULL};
  struct wanted wanted = read_wanted(call, &app_service_names);
  bool several;
  if (!is_secret(call, header(call, "X-IDENTITY-HEADER")))
    return refuse_brief(call, 401,
                        "The X-IDENTITY-HEADER is missing or wrong.");
  if (!has_version(call, versions))
    return refuse_brief(call, 400, "The api-version 2019-08-01 is due.");
  if (wanted.resource.bytes == NULL)
    return refuse_brief(call, 400, "The argument 'resource' is missing.");
  const struct bl_app *app = find(call->identity->registry, &wanted, &several);
  if (app == NULL)
    return refuse_brief(call, 400,
                        "No User Assigned or Delegated Managed Identity found "
                        "for specified ClientId/ResourceId/PrincipalId.");
  if (!is_known(call, wanted.resource))
    return refuse_brief(call, 500, "An unexpected error occured.");
  return grant(call, app, wanted.resource, true);
}

/* --- Azure Arc ----------------------------------------------------------- */

/* Writes the key of a challenge to a file that only its owner may read. */
static bool write_key(const char *path, const char *key) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  size_t len = strlen(key);
  bool written = write(fd, key, len) == (ssize_t)len;
  if (close(fd) != 0 || !written) unlink(path);
  return written;
}

/* A challenge: a file with a key in it, which the next request must show. */
static enum bl_status challenge(struct bl_sign_in *call) {
  char *key = call->identity->arc_keys[call->identity->arc_key++ % BL_ARC_KEYS];
  uint8_t id[BL_GUID_BYTES];
  char name[BL_GUID_TEXT];
  bl_guid_random(id);
  bl_guid_write(id, name);
  if (!bl_token_make(key)) return BL_NOMEM;
  const char *realm =
      bl_arena_format(&call->request->arena, "Basic realm=%s/%s.key",
                      call->identity->registry->arc_folder.bytes, name);
  if (realm == NULL) return BL_NOMEM;
  if (!write_key(realm + sizeof "Basic realm=" - 1, key))
    return refuse(call, 500, "server_error",
                  "The folder for the keys of challenges cannot be written; "
                  "see arcFolder in docs/emulator.md");
  enum bl_status s =
      refuse(call, 401, "unauthorized_client", "Read the key of the realm");
  call->request->reply.authenticate = realm;
  return s;
}

/* Whether the key of a challenge is shown; it is good for once. */
static bool shows_key(struct bl_sign_in *call) {
  static const char scheme[] = "Basic ";
  const char *given = call->request->authorization;
  if (given == NULL || strncasecmp(given, scheme, sizeof scheme - 1) != 0)
    return false;
  for (size_t i = 0; i < BL_ARC_KEYS; i++) {
    char *key = call->identity->arc_keys[i];
    if (*key == '\0' || strcmp(key, given + sizeof scheme - 1) != 0) continue;
    *key = '\0';
    return true;
  }
  return false;
}

enum bl_status bl_arc(struct bl_sign_in *call) {
  static const char *const versions[] = {"2019-11-01", "2020-06-01",
                                         "2021-02-01", NULL};
  if (!has_metadata(call)) return refuse_without_metadata(call);
  if (!has_version(call, versions)) return refuse_version(call);
  if (call->request->authorization == NULL) return challenge(call);
  if (shows_key(call)) return answer_machine(call);
  return refuse(call, 401, "unauthorized_client",
                "The key is not that of a challenge, or was used before");
}
