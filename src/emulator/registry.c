#include "registry.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aadsts.h"
#include "core/format.h"
#include "core/json_read.h"
#include "declared.h"

#define MAX_REGISTRY ((size_t)16 << 20) /* bytes of all that is declared */
#define DAY 86400

static void read_seconds(struct bl_declared *r, const struct bl_value *value,
                         void *into) {
  int64_t *seconds = into;
  if (value->type != BL_INTEGER || value->as.integer < 0 ||
      value->as.integer > 365 * DAY)
    bl_declared_fail(r, "a whole number of seconds is due, a year at most");
  else
    *seconds = value->as.integer;
}

static void read_number(struct bl_declared *r, const struct bl_value *value,
                        void *into) {
  long *number = into;
  if (value->type == BL_INTEGER && value->as.integer <= 99999999)
    *number = (long)value->as.integer;
  if (bl_aadsts_numbered(*number) == BL_A_COUNT)
    bl_declared_fail(
        r, "the number of an AADSTS error is due that docs/emulator.md lists, "
           "such as 53003");
}

/* --- credentials --------------------------------------------------------- */

static void read_name(struct bl_declared *r, const struct bl_value *value,
                      void *into) {
  struct bl_names **end = into;
  struct bl_names *name = bl_declared_take(r, sizeof *name);
  if (name == NULL) return;
  while (*end != NULL) end = &(*end)->next;
  *end = name;
  bl_declared_text(r, value, &name->text);
}

static void read_roles(struct bl_declared *r, const struct bl_value *value,
                       void *into) {
  bl_declared_list(r, value, read_name, into);
}

static void read_scopes(struct bl_declared *r, const struct bl_value *value,
                        void *into) {
  bl_declared_list(r, value, read_name, into);
}

/* Reads "2030-01-31T12:00:00Z": numbers where the pattern has digits, its own
 * characters elsewhere. */
static bool read_stamp(const char *text, int64_t *seconds) {
  static const char pattern[] = "0000-11-22T33:44:55Z";
  int parts[6] = {0};
  for (size_t i = 0; i < sizeof pattern; i++) {
    char p = pattern[i], c = text[i];
    bool digit = p >= '0' && p <= '5';
    if (digit ? c < '0' || c > '9' : c != p) return false;
    if (digit) parts[p - '0'] = parts[p - '0'] * 10 + (c - '0');
  }
  struct tm t = {.tm_year = parts[0] - 1900,
                 .tm_mon = parts[1] - 1,
                 .tm_mday = parts[2],
                 .tm_hour = parts[3],
                 .tm_min = parts[4],
                 .tm_sec = parts[5]};
  *seconds = (int64_t)timegm(&t);
  return true;
}

static void read_time(struct bl_declared *r, const struct bl_value *value,
                      void *into) {
  struct bl_text text = {0};
  bl_declared_text(r, value, &text);
  if (r->status == BL_OK && text.bytes != NULL && !read_stamp(text.bytes, into))
    bl_declared_fail(r, "a time is due, such as 2030-01-31T12:00:00Z");
}

static const struct bl_declared_member secret_members[] = {
    {"value", bl_declared_text, offsetof(struct bl_secret, value)},
    {"expires", read_time, offsetof(struct bl_secret, expires)},
    {NULL, NULL, 0},
};

static void read_secret(struct bl_declared *r, const struct bl_value *value,
                        void *into) {
  struct bl_secret **secrets = into;
  struct bl_secret *secret = bl_declared_take(r, sizeof *secret);
  if (secret == NULL) return;
  secret->expires = INT64_MAX;
  secret->next = *secrets;
  *secrets = secret;
  if (value->type == BL_STRING)
    bl_declared_text(r, value, &secret->value);
  else
    bl_declared_object(r, value, secret_members, secret);
  if (r->status == BL_OK && secret->value.bytes == NULL)
    bl_declared_fail(r, "a secret has a value");
}

static void read_secrets(struct bl_declared *r, const struct bl_value *value,
                         void *into) {
  bl_declared_list(r, value, read_secret, into);
}

static void read_certificate(struct bl_declared *r,
                             const struct bl_value *value, void *into) {
  struct bl_app_key **keys = into;
  struct bl_certificate *certificate = NULL;
  struct bl_text pem = {0};
  const char *reason = "a certificate in PEM is due";
  bl_declared_text(r, value, &pem);
  struct bl_app_key *key = bl_declared_take(r, sizeof *key);
  if (key == NULL) return;
  enum bl_status s = bl_certificate_read(pem, &certificate, &reason);
  if (s == BL_OK) s = bl_certificate_facts(certificate, r->arena, &key->facts);
  if (s == BL_OK) s = bl_certificate_key(certificate, &key->key);
  bl_certificate_free(certificate);
  if (s == BL_INVALID) bl_declared_fail(r, reason);
  if (s != BL_OK && r->status == BL_OK) r->status = s;
  key->next = *keys;
  *keys = key;
}

static void read_certificates(struct bl_declared *r,
                              const struct bl_value *value, void *into) {
  bl_declared_list(r, value, read_certificate, into);
}

/* --- federated credentials ----------------------------------------------- */

/* One of a JSON Web Key Set; members that are not looked at are let be. */
static void read_jwk(struct bl_declared *r, const struct bl_value *value,
                     void *into) {
  struct bl_app_key **keys = into;
  const struct bl_item *n = bl_value_find(value, "n");
  const struct bl_item *e = bl_value_find(value, "e");
  const struct bl_item *kid = bl_value_find(value, "kid");
  struct bl_app_key *key = bl_declared_take(r, sizeof *key);
  if (key == NULL) return;
  key->next = *keys;
  *keys = key;
  if (kid != NULL) bl_declared_text(r, &kid->value, &key->id);
  struct bl_jwk jwk = {{"", 0}, {"", 0}};
  if (n != NULL && n->value.type == BL_STRING) jwk.n = n->value.as.text;
  if (e != NULL && e->value.type == BL_STRING) jwk.e = e->value.as.text;
  enum bl_status s = bl_key_of_jwk(&jwk, r->arena, &key->key);
  if (s == BL_INVALID)
    bl_declared_fail(
        r, "a JSON Web Key of RSA is due, with n and e, of 2048 bits or more");
  else if (s != BL_OK)
    r->status = s;
}

static void read_keys(struct bl_declared *r, const struct bl_value *value,
                      void *into) {
  const struct bl_item *keys = bl_value_find(value, "keys");
  bl_declared_list(r, keys == NULL ? value : &keys->value, read_jwk, into);
}

static const struct bl_declared_member federated_members[] = {
    {"issuer", bl_declared_text, offsetof(struct bl_federated, issuer)},
    {"subject", bl_declared_text, offsetof(struct bl_federated, subject)},
    {"audience", bl_declared_text, offsetof(struct bl_federated, audience)},
    {"keys", read_keys, offsetof(struct bl_federated, keys)},
    {NULL, NULL, 0},
};

static void read_one_federated(struct bl_declared *r,
                               const struct bl_value *value, void *into) {
  static const char usual[] = "api://AzureADTokenExchange";
  struct bl_federated **all = into;
  struct bl_federated *one = bl_declared_take(r, sizeof *one);
  if (one == NULL) return;
  one->audience = (struct bl_text){usual, sizeof usual - 1};
  one->next = *all;
  *all = one;
  bl_declared_object(r, value, federated_members, one);
  if (one->issuer.bytes == NULL || one->subject.bytes == NULL)
    bl_declared_fail(r, "a federated credential has an issuer and a subject");
}

static void read_federated(struct bl_declared *r, const struct bl_value *value,
                           void *into) {
  bl_declared_list(r, value, read_one_federated, into);
}

/* --- applications -------------------------------------------------------- */

static void read_managed(struct bl_declared *r, const struct bl_value *value,
                         void *into) {
  enum bl_managed *managed = into;
  *managed = BL_NOT_MANAGED;
  if (value->type == BL_STRING && bl_text_is(value->as.text, "system"))
    *managed = BL_SYSTEM_ASSIGNED;
  if (value->type == BL_STRING && bl_text_is(value->as.text, "user"))
    *managed = BL_USER_ASSIGNED;
  if (*managed == BL_NOT_MANAGED)
    bl_declared_fail(r, "'system' or 'user' is due");
}

static const struct bl_declared_member app_members[] = {
    {"clientId", bl_declared_guid, offsetof(struct bl_app, client_id)},
    {"objectId", bl_declared_guid, offsetof(struct bl_app, object_id)},
    {"resourceId", bl_declared_text, offsetof(struct bl_app, resource_id)},
    {"displayName", bl_declared_text, offsetof(struct bl_app, name)},
    {"secrets", read_secrets, offsetof(struct bl_app, secrets)},
    {"certificates", read_certificates, offsetof(struct bl_app, certificates)},
    {"federated", read_federated, offsetof(struct bl_app, federated)},
    {"roles", read_roles, offsetof(struct bl_app, roles)},
    {"scopes", read_scopes, offsetof(struct bl_app, scopes)},
    {"managedIdentity", read_managed, offsetof(struct bl_app, managed)},
    {"public", bl_declared_flag, offsetof(struct bl_app, is_public)},
    {"disabled", bl_declared_flag, offsetof(struct bl_app, disabled)},
    {"multiTenant", bl_declared_flag, offsetof(struct bl_app, multi_tenant)},
    {"refuse", read_number, offsetof(struct bl_app, refuse)},
    {NULL, NULL, 0},
};

static const struct bl_app *find_app(const struct bl_app *apps,
                                     struct bl_text client_id) {
  const struct bl_app *app = apps;
  while (app != NULL && !bl_text_same_folded(app->client_id, client_id))
    app = app->next;
  return app;
}

static void read_app(struct bl_declared *r, const struct bl_value *value,
                     void *into) {
  struct bl_app **end = into;
  struct bl_app *app = bl_declared_take(r, sizeof *app);
  if (app == NULL) return;
  bl_declared_object(r, value, app_members, app);
  if (app->client_id.bytes == NULL)
    bl_declared_fail(r, "an application has a clientId");
  if (r->status == BL_OK && find_app(*end, app->client_id) != NULL)
    bl_declared_fail(r, "another application has this clientId");
  if (app->object_id.bytes == NULL) app->object_id = app->client_id;
  if (app->name.bytes == NULL) app->name = app->client_id;
  while (*end != NULL) end = &(*end)->next;
  *end = app;
}

static void read_apps(struct bl_declared *r, const struct bl_value *value,
                      void *into) {
  bl_declared_list(r, value, read_app, into);
}

static const struct bl_declared_member registry_members[] = {
    {"tenantId", bl_declared_guid, offsetof(struct bl_registry, tenant_id)},
    {"domain", bl_declared_text, offsetof(struct bl_registry, domain)},
    {"tokenLifetime", read_seconds, offsetof(struct bl_registry, lifetime_s)},
    {"refreshIn", read_seconds, offsetof(struct bl_registry, refresh_in_s)},
    {"deviceInterval", read_seconds,
     offsetof(struct bl_registry, device_interval_s)},
    {"deviceLifetime", read_seconds,
     offsetof(struct bl_registry, device_lifetime_s)},
    {"refuseReplays", bl_declared_flag,
     offsetof(struct bl_registry, refuse_replays)},
    {"arcFolder", bl_declared_text, offsetof(struct bl_registry, arc_folder)},
    {"apps", read_apps, offsetof(struct bl_registry, apps)},
    {NULL, NULL, 0},
};

/* What is registered where nothing is declared: one application with a secret
 * that users may sign in to too and that a GitHub workflow may be, and two
 * managed identities. */
#define PERMISSIONS                                                            \
  "[\"Policy.Read.All\",\"Policy.ReadWrite.ApplicationConfiguration\","        \
  "\"Application.ReadWrite.All\"]"
#define IDENTITY "7c9d7e3a-0b5d-4a52-9c55-6a1c52d2a00"
static const char usual[] =
    "[{\"clientId\":\"" BL_CLIENT_ID "\",\"displayName\":\"bylaw\","
    "\"objectId\":\"2f7b2c5e-6a1d-4a0e-8f57-0d8a3d1f9c01\",\"public\":true,"
    "\"federated\":[{\"issuer\":\"https://token.actions.githubusercontent.com\""
    ",\"subject\":\"repo:contoso/policies:ref:refs/heads/main\"}],"
    "\"roles\":" PERMISSIONS ",\"scopes\":" PERMISSIONS "},"
    "{\"clientId\":\"" IDENTITY "1\",\"displayName\":\"machine\","
    "\"managedIdentity\":\"system\",\"roles\":" PERMISSIONS "},"
    "{\"clientId\":\"" IDENTITY "2\",\"displayName\":\"deployment\","
    "\"managedIdentity\":\"user\",\"resourceId\":\"/subscriptions/" IDENTITY
    "3/resourceGroups/policies/providers/Microsoft.ManagedIdentity/"
    "userAssignedIdentities/deployment\",\"roles\":" PERMISSIONS "}]";

/* Parses JSON that is to be of use; the tree lies in the registry's arena. */
static bool parse(struct bl_declared *r, const char *json,
                  struct bl_value *out) {
  struct bl_problems problems;
  bl_problems_init(&problems, r->arena);
  enum bl_status s =
      bl_json_read(bl_text_of(json), BL_STRICT, NULL, &problems, out);
  bl_problems_finish(&problems);
  if (s == BL_INVALID && problems.first != NULL)
    bl_declared_fail(r, problems.first->message);
  if (s != BL_OK && r->status == BL_OK) r->status = s;
  return r->status == BL_OK;
}

static void add_usual(struct bl_declared *r, struct bl_registry *registry,
                      const char *secret) {
  struct bl_value value;
  if (!parse(r, usual, &value)) return;
  read_apps(r, &value, &registry->apps);
  struct bl_value text = bl_value_string(secret);
  if (r->status == BL_OK) read_secret(r, &text, &registry->apps->secrets);
}

static void read_json(struct bl_declared *r, struct bl_registry *registry,
                      const char *json) {
  struct bl_value value;
  if (parse(r, json, &value))
    bl_declared_object(r, &value, registry_members, registry);
}

static struct bl_registry *new_registry(void) {
  struct bl_registry *registry = calloc(1, sizeof *registry);
  if (registry == NULL) return NULL;
  bl_arena_init(&registry->arena, bl_alloc_libc, NULL, MAX_REGISTRY, NULL, 0);
  registry->tenant_id = (struct bl_text)BL_TEXT(BL_TENANT_ID);
  registry->domain = (struct bl_text)BL_TEXT(BL_TENANT_DOMAIN);
  registry->arc_folder = (struct bl_text)BL_TEXT("/var/opt/azcmagent/tokens");
  registry->lifetime_s = 3599;
  registry->device_interval_s = 5;
  registry->device_lifetime_s = 900;
  return registry;
}

enum bl_status bl_registry_read(const char *json, const char *secret,
                                struct bl_registry **out,
                                char reason[BL_REASON]) {
  struct bl_registry *registry = new_registry();
  *out = NULL;
  if (registry == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
  struct bl_declared r = {.what = "identity",
                          .arena = &registry->arena,
                          .status = BL_OK,
                          .reason = reason};
  if (json != NULL) read_json(&r, registry, json);
  if (r.status == BL_OK && registry->apps == NULL)
    add_usual(&r, registry, secret);
  if (r.status == BL_OK) {
    *out = registry;
    return BL_OK;
  }
  bl_registry_free(registry);
  if (r.status == BL_NOMEM) bl_because(reason, BL_NOMEM, "out of memory");
  return r.status;
}

static void free_keys(struct bl_app_key *keys) {
  for (; keys != NULL; keys = keys->next) bl_key_free(keys->key);
}

void bl_registry_free(struct bl_registry *registry) {
  if (registry == NULL) return;
  for (struct bl_app *app = registry->apps; app != NULL; app = app->next) {
    free_keys(app->certificates);
    for (struct bl_federated *f = app->federated; f != NULL; f = f->next)
      free_keys(f->keys);
  }
  bl_arena_free(&registry->arena);
  free(registry);
}

const struct bl_app *bl_registry_app(const struct bl_registry *registry,
                                     struct bl_text client_id) {
  return find_app(registry->apps, client_id);
}

bool bl_registry_is_tenant(const struct bl_registry *registry,
                           struct bl_text name) {
  return bl_text_same_folded(name, registry->tenant_id) ||
         bl_text_same_folded(name, registry->domain);
}
