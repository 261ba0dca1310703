#include "registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aadsts.h"
#include "core/format.h"
#include "core/json_read.h"

#define MAX_REGISTRY ((size_t)16 << 20) /* bytes of all that is declared */
#define DAY 86400

/* --- a reader that stops at the first mistake ---------------------------- */

struct reader {
  struct bl_registry *registry;
  struct bl_arena *arena;
  enum bl_status status; /* BL_OK, or the first failure */
  char *reason;
  char at[160]; /* where it is: "apps[2].secrets[1]" */
};

static void fail(struct reader *r, const char *what) {
  if (r->status != BL_OK) return;
  r->status = BL_INVALID;
  bl_because(r->reason, BL_INVALID, "identity%s%s: %s",
             *r->at == '\0' ? "" : ", ", r->at, what);
}

static void *take(struct reader *r, size_t size) {
  void *made = r->status == BL_OK ? bl_arena_take(r->arena, size) : NULL;
  if (made != NULL) return memset(made, 0, size);
  if (r->status == BL_OK) r->status = BL_NOMEM;
  return NULL;
}

typedef void read_value(struct reader *r, const struct bl_value *value,
                        void *into);

/* A member of an object; a list of them ends with name NULL. */
struct member {
  const char *name;
  read_value *read;
  size_t offset; /* of what is filled, in the struct of the object */
};

/* Reads one value at a place one step further down. */
static void step(struct reader *r, const char *between, struct bl_text key,
                 read_value *read, const struct bl_value *value, void *into) {
  size_t len = strlen(r->at);
  snprintf(r->at + len, sizeof r->at - len, "%s%.*s", len == 0 ? "" : between,
           (int)key.len, key.bytes);
  if (read == NULL)
    fail(r, "there is no such setting");
  else
    read(r, value, into);
  if (r->status == BL_OK) r->at[len] = '\0';
}

static void read_object(struct reader *r, const struct bl_value *value,
                        const struct member *members, void *into) {
  if (value->type != BL_OBJECT) {
    fail(r, "an object is due");
    return;
  }
  const struct bl_item *i = value->as.first;
  for (; i != NULL && r->status == BL_OK; i = i->next) {
    const struct member *m = members;
    while (m->name != NULL && !bl_text_is(i->key, m->name)) m++;
    step(r, ".", i->key, m->read, &i->value, (char *)into + m->offset);
  }
}

/* An empty table of Lua's comes as an empty object. */
static bool is_list(const struct bl_value *value) {
  return value->type == BL_ARRAY ||
         (value->type == BL_OBJECT && value->as.first == NULL);
}

static void read_list(struct reader *r, const struct bl_value *value,
                      read_value *read, void *into) {
  char index[32];
  size_t n = 0;
  if (!is_list(value)) {
    fail(r, "an array is due");
    return;
  }
  const struct bl_item *i = value->as.first;
  for (; i != NULL && r->status == BL_OK; i = i->next) {
    int len = snprintf(index, sizeof index, "[%zu]", ++n);
    step(r, "", (struct bl_text){index, (size_t)len}, read, &i->value, into);
  }
}

static void read_text(struct reader *r, const struct bl_value *value,
                      void *into) {
  struct bl_text *text = into;
  if (value->type != BL_STRING || value->as.text.len == 0) {
    fail(r, "a string is due that is not empty");
    return;
  }
  text->bytes =
      bl_arena_copy(r->arena, value->as.text.bytes, value->as.text.len);
  text->len = value->as.text.len;
  if (text->bytes == NULL) r->status = BL_NOMEM;
}

static void read_guid(struct reader *r, const struct bl_value *value,
                      void *into) {
  struct bl_text *text = into;
  read_text(r, value, into);
  if (r->status != BL_OK) return;
  if (!bl_is_guid(*text)) {
    fail(r, "a GUID is due");
    return;
  }
  for (char *c = (char *)(uintptr_t)text->bytes; *c != '\0'; c++)
    if (*c >= 'A' && *c <= 'F') *c = (char)(*c | 32);
}

static void read_flag(struct reader *r, const struct bl_value *value,
                      void *into) {
  bool *flag = into;
  if (value->type == BL_BOOLEAN)
    *flag = value->as.boolean;
  else
    fail(r, "true or false is due");
}

static void read_seconds(struct reader *r, const struct bl_value *value,
                         void *into) {
  int64_t *seconds = into;
  if (value->type != BL_INTEGER || value->as.integer < 0 ||
      value->as.integer > 365 * DAY)
    fail(r, "a whole number of seconds is due, a year at most");
  else
    *seconds = value->as.integer;
}

static void read_number(struct reader *r, const struct bl_value *value,
                        void *into) {
  long *number = into;
  if (value->type == BL_INTEGER && value->as.integer <= 99999999)
    *number = (long)value->as.integer;
  if (bl_aadsts_numbered(*number) == BL_A_COUNT)
    fail(r, "the number of an AADSTS error is due that docs/emulator.md lists, "
            "such as 53003");
}

/* --- credentials --------------------------------------------------------- */

static void read_name(struct reader *r, const struct bl_value *value,
                      void *into) {
  struct bl_names **end = into;
  struct bl_names *name = take(r, sizeof *name);
  if (name == NULL) return;
  while (*end != NULL) end = &(*end)->next;
  *end = name;
  read_text(r, value, &name->text);
}

static void read_roles(struct reader *r, const struct bl_value *value,
                       void *into) {
  read_list(r, value, read_name, into);
}

static void read_scopes(struct reader *r, const struct bl_value *value,
                        void *into) {
  read_list(r, value, read_name, into);
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

static void read_time(struct reader *r, const struct bl_value *value,
                      void *into) {
  struct bl_text text = {0};
  read_text(r, value, &text);
  if (r->status == BL_OK && text.bytes != NULL && !read_stamp(text.bytes, into))
    fail(r, "a time is due, such as 2030-01-31T12:00:00Z");
}

static const struct member secret_members[] = {
    {"value", read_text, offsetof(struct bl_secret, value)},
    {"expires", read_time, offsetof(struct bl_secret, expires)},
    {NULL, NULL, 0},
};

static void read_secret(struct reader *r, const struct bl_value *value,
                        void *into) {
  struct bl_secret **secrets = into;
  struct bl_secret *secret = take(r, sizeof *secret);
  if (secret == NULL) return;
  secret->expires = INT64_MAX;
  secret->next = *secrets;
  *secrets = secret;
  if (value->type == BL_STRING)
    read_text(r, value, &secret->value);
  else
    read_object(r, value, secret_members, secret);
  if (r->status == BL_OK && secret->value.bytes == NULL)
    fail(r, "a secret has a value");
}

static void read_secrets(struct reader *r, const struct bl_value *value,
                         void *into) {
  read_list(r, value, read_secret, into);
}

static void read_certificate(struct reader *r, const struct bl_value *value,
                             void *into) {
  struct bl_app_key **keys = into;
  struct bl_certificate *certificate = NULL;
  struct bl_text pem = {0};
  const char *reason = "a certificate in PEM is due";
  read_text(r, value, &pem);
  struct bl_app_key *key = take(r, sizeof *key);
  if (key == NULL) return;
  enum bl_status s = bl_certificate_read(pem, &certificate, &reason);
  if (s == BL_OK) s = bl_certificate_facts(certificate, r->arena, &key->facts);
  if (s == BL_OK) s = bl_certificate_key(certificate, &key->key);
  bl_certificate_free(certificate);
  if (s == BL_INVALID) fail(r, reason);
  if (s != BL_OK && r->status == BL_OK) r->status = s;
  key->next = *keys;
  *keys = key;
}

static void read_certificates(struct reader *r, const struct bl_value *value,
                              void *into) {
  read_list(r, value, read_certificate, into);
}

/* --- federated credentials ----------------------------------------------- */

/* One of a JSON Web Key Set; members that are not looked at are let be. */
static void read_jwk(struct reader *r, const struct bl_value *value,
                     void *into) {
  struct bl_app_key **keys = into;
  const struct bl_item *n = bl_value_find(value, "n");
  const struct bl_item *e = bl_value_find(value, "e");
  const struct bl_item *kid = bl_value_find(value, "kid");
  struct bl_app_key *key = take(r, sizeof *key);
  if (key == NULL) return;
  key->next = *keys;
  *keys = key;
  if (kid != NULL) read_text(r, &kid->value, &key->id);
  struct bl_jwk jwk = {{"", 0}, {"", 0}};
  if (n != NULL && n->value.type == BL_STRING) jwk.n = n->value.as.text;
  if (e != NULL && e->value.type == BL_STRING) jwk.e = e->value.as.text;
  enum bl_status s = bl_key_of_jwk(&jwk, r->arena, &key->key);
  if (s == BL_INVALID)
    fail(r, "a JSON Web Key of RSA is due, with n and e, of 2048 bits or more");
  else if (s != BL_OK)
    r->status = s;
}

static void read_keys(struct reader *r, const struct bl_value *value,
                      void *into) {
  const struct bl_item *keys = bl_value_find(value, "keys");
  read_list(r, keys == NULL ? value : &keys->value, read_jwk, into);
}

static const struct member federated_members[] = {
    {"issuer", read_text, offsetof(struct bl_federated, issuer)},
    {"subject", read_text, offsetof(struct bl_federated, subject)},
    {"audience", read_text, offsetof(struct bl_federated, audience)},
    {"keys", read_keys, offsetof(struct bl_federated, keys)},
    {NULL, NULL, 0},
};

static void read_one_federated(struct reader *r, const struct bl_value *value,
                               void *into) {
  static const char usual[] = "api://AzureADTokenExchange";
  struct bl_federated **all = into;
  struct bl_federated *one = take(r, sizeof *one);
  if (one == NULL) return;
  one->audience = (struct bl_text){usual, sizeof usual - 1};
  one->next = *all;
  *all = one;
  read_object(r, value, federated_members, one);
  if (one->issuer.bytes == NULL || one->subject.bytes == NULL)
    fail(r, "a federated credential has an issuer and a subject");
}

static void read_federated(struct reader *r, const struct bl_value *value,
                           void *into) {
  read_list(r, value, read_one_federated, into);
}

/* --- applications -------------------------------------------------------- */

static void read_managed(struct reader *r, const struct bl_value *value,
                         void *into) {
  enum bl_managed *managed = into;
  *managed = BL_NOT_MANAGED;
  if (value->type == BL_STRING && bl_text_is(value->as.text, "system"))
    *managed = BL_SYSTEM_ASSIGNED;
  if (value->type == BL_STRING && bl_text_is(value->as.text, "user"))
    *managed = BL_USER_ASSIGNED;
  if (*managed == BL_NOT_MANAGED) fail(r, "'system' or 'user' is due");
}

static const struct member app_members[] = {
    {"clientId", read_guid, offsetof(struct bl_app, client_id)},
    {"objectId", read_guid, offsetof(struct bl_app, object_id)},
    {"resourceId", read_text, offsetof(struct bl_app, resource_id)},
    {"displayName", read_text, offsetof(struct bl_app, name)},
    {"secrets", read_secrets, offsetof(struct bl_app, secrets)},
    {"certificates", read_certificates, offsetof(struct bl_app, certificates)},
    {"federated", read_federated, offsetof(struct bl_app, federated)},
    {"roles", read_roles, offsetof(struct bl_app, roles)},
    {"scopes", read_scopes, offsetof(struct bl_app, scopes)},
    {"managedIdentity", read_managed, offsetof(struct bl_app, managed)},
    {"public", read_flag, offsetof(struct bl_app, is_public)},
    {"disabled", read_flag, offsetof(struct bl_app, disabled)},
    {"multiTenant", read_flag, offsetof(struct bl_app, multi_tenant)},
    {"refuse", read_number, offsetof(struct bl_app, refuse)},
    {NULL, NULL, 0},
};

static void read_app(struct reader *r, const struct bl_value *value,
                     void *into) {
  struct bl_app **end = into;
  struct bl_app *app = take(r, sizeof *app);
  if (app == NULL) return;
  read_object(r, value, app_members, app);
  if (app->client_id.bytes == NULL) fail(r, "an application has a clientId");
  if (r->status == BL_OK &&
      bl_registry_app(r->registry, app->client_id) != NULL)
    fail(r, "another application has this clientId");
  if (app->object_id.bytes == NULL) app->object_id = app->client_id;
  if (app->name.bytes == NULL) app->name = app->client_id;
  while (*end != NULL) end = &(*end)->next;
  *end = app;
}

static void read_apps(struct reader *r, const struct bl_value *value,
                      void *into) {
  read_list(r, value, read_app, into);
}

static const struct member registry_members[] = {
    {"tenantId", read_guid, offsetof(struct bl_registry, tenant_id)},
    {"domain", read_text, offsetof(struct bl_registry, domain)},
    {"tokenLifetime", read_seconds, offsetof(struct bl_registry, lifetime_s)},
    {"refreshIn", read_seconds, offsetof(struct bl_registry, refresh_in_s)},
    {"deviceInterval", read_seconds,
     offsetof(struct bl_registry, device_interval_s)},
    {"deviceLifetime", read_seconds,
     offsetof(struct bl_registry, device_lifetime_s)},
    {"refuseReplays", read_flag, offsetof(struct bl_registry, refuse_replays)},
    {"arcFolder", read_text, offsetof(struct bl_registry, arc_folder)},
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
static bool parse(struct reader *r, const char *json, struct bl_value *out) {
  struct bl_problems problems;
  bl_problems_init(&problems, r->arena);
  enum bl_status s =
      bl_json_read(bl_text_of(json), BL_STRICT, NULL, &problems, out);
  bl_problems_finish(&problems);
  if (s == BL_INVALID && problems.first != NULL)
    fail(r, problems.first->message);
  if (s != BL_OK && r->status == BL_OK) r->status = s;
  return r->status == BL_OK;
}

static void add_usual(struct reader *r, const char *secret) {
  struct bl_value value;
  if (!parse(r, usual, &value)) return;
  read_apps(r, &value, &r->registry->apps);
  struct bl_value text = bl_value_string(secret);
  if (r->status == BL_OK) read_secret(r, &text, &r->registry->apps->secrets);
}

static void read_json(struct reader *r, const char *json) {
  struct bl_value value;
  if (parse(r, json, &value))
    read_object(r, &value, registry_members, r->registry);
}

static struct bl_registry *new_registry(void) {
  struct bl_registry *registry = calloc(1, sizeof *registry);
  if (registry == NULL) return NULL;
  bl_arena_init(&registry->arena, bl_alloc_libc, NULL, MAX_REGISTRY, NULL, 0);
#define TEXT(literal) ((struct bl_text){literal, sizeof literal - 1})
  registry->tenant_id = TEXT(BL_TENANT_ID);
  registry->domain = TEXT(BL_TENANT_DOMAIN);
  registry->arc_folder = TEXT("/var/opt/azcmagent/tokens");
#undef TEXT
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
  struct reader r = {.registry = registry,
                     .arena = &registry->arena,
                     .status = BL_OK,
                     .reason = reason};
  if (json != NULL) read_json(&r, json);
  if (r.status == BL_OK && registry->apps == NULL) add_usual(&r, secret);
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
  const struct bl_app *app = registry->apps;
  while (app != NULL && !bl_text_same_folded(app->client_id, client_id))
    app = app->next;
  return app;
}

bool bl_registry_is_tenant(const struct bl_registry *registry,
                           struct bl_text name) {
  return bl_text_same_folded(name, registry->tenant_id) ||
         bl_text_same_folded(name, registry->domain);
}
