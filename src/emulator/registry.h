/* The tenant that the emulator plays: its name, and the applications that are
 * registered in it with their credentials. Read once, from JSON, and not
 * changed after that. */
#ifndef BL_REGISTRY_H
#define BL_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/certificate.h"
#include "core/value.h"
#include "reason.h"

/* The tenant and the applications there are when none are declared. */
#define BL_TENANT_ID "0785ef7c-2a0f-4d9a-9d3c-6f6c5a1b7e42"
#define BL_TENANT_DOMAIN "contoso.onmicrosoft.com"
#define BL_CLIENT_ID "535fb089-9ff3-47b6-9bfb-4f1264799865"

/* Texts in a list, as they were declared. */
struct bl_names {
  struct bl_names *next;
  struct bl_text text;
};

struct bl_secret {
  struct bl_secret *next;
  struct bl_text value;
  int64_t expires; /* seconds since 1970; INT64_MAX: never */
};

struct bl_app_key {
  struct bl_app_key *next;
  struct bl_certificate_facts facts; /* of an application's certificate */
  struct bl_text id;                 /* `kid` of an issuer's key; may be "" */
  struct bl_key *key;
};

/* A federated credential: whose assertions stand for the application. */
struct bl_federated {
  struct bl_federated *next;
  struct bl_text issuer, subject, audience;
  struct bl_app_key *keys; /* the issuer's; NULL: none were declared */
};

/* How a managed identity is asked for; an application otherwise. */
enum bl_managed { BL_NOT_MANAGED, BL_SYSTEM_ASSIGNED, BL_USER_ASSIGNED };

struct bl_app {
  struct bl_app *next;
  struct bl_text client_id; /* a GUID, in lower case */
  struct bl_text object_id; /* of its service principal; a GUID too */
  struct bl_text resource_id;
  struct bl_text name;
  struct bl_secret *secrets;
  struct bl_app_key *certificates;
  struct bl_federated *federated;
  struct bl_names *roles;  /* application permissions */
  struct bl_names *scopes; /* delegated permissions, consented to */
  enum bl_managed managed;
  bool is_public; /* users may sign in to it without a credential of its own */
  bool disabled, multi_tenant;
  long refuse; /* the number that every request of it is refused with; 0 */
};

struct bl_registry {
  struct bl_arena arena;
  struct bl_text tenant_id, domain;
  int64_t lifetime_s;        /* of an access token */
  int64_t refresh_in_s;      /* told with a token; 0: not told */
  int64_t device_interval_s; /* between two polls */
  int64_t device_lifetime_s;
  bool refuse_replays;       /* of client assertions */
  struct bl_text arc_folder; /* where the keys of Arc's challenges are put */
  struct bl_app *apps;
};

/* Reads a registry from JSON (see docs/emulator.md); NULL: one with a tenant
 * and applications of its own, whose secret is `secret`. BL_INVALID: `reason`
 * says where it is wrong and what would be right. BL_NOMEM. */
enum bl_status bl_registry_read(const char *json, const char *secret,
                                struct bl_registry **out,
                                char reason[BL_REASON]);

/* NULL is fine. */
void bl_registry_free(struct bl_registry *registry);

/* The application with that client id (letters folded), or NULL. */
const struct bl_app *bl_registry_app(const struct bl_registry *registry,
                                     struct bl_text client_id);

/* Whether the text names the tenant: its id or its domain. */
bool bl_registry_is_tenant(const struct bl_registry *registry,
                           struct bl_text name);

#endif
