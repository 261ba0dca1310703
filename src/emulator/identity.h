/* The emulator's identity side: the tenant, the key that signs its tokens, and
 * what it remembers of sign-ins under way. The worker's alone, but for what is
 * said to be for any thread. */
#ifndef BL_IDENTITY_H
#define BL_IDENTITY_H

#include <stdatomic.h>

#include "clock.h"
#include "core/jose.h"
#include "devices.h"
#include "registry.h"

#define BL_GRAPH "https://graph.microsoft.com"
#define BL_GRAPH_ID "00000003-0000-0000-c000-000000000000"
#define BL_EXCHANGE "api://AzureADTokenExchange"

#define BL_REPLAYS 256 /* assertions that are remembered */
#define BL_ARC_KEYS 8  /* challenges of Azure Arc under way */

#define BL_KNOWN 16 /* tokens that need not be verified again */

/* What a token of our own, for Graph, says. */
struct bl_known {
  char *token; /* NULL: a free place */
  int64_t from_s, until_s, epoch;
  unsigned permissions; /* bl_permission */
  bool challenges;      /* its client handles them */
};

struct bl_identity {
  struct bl_registry *registry;
  const struct bl_clock *clock;
  const char *url;          /* of the emulator, without a slash at its end */
  const char *token;        /* its own fixed bearer */
  struct bl_arena arena;    /* of the four below */
  struct bl_key *key;       /* made when it is first needed; NULL: not yet */
  struct bl_text kid, n, e; /* as in its JSON Web Key */
  struct bl_devices *devices;
  atomic_uint epoch; /* raised to revoke all tokens so far; for any thread */
  unsigned char replays[BL_REPLAYS][BL_SHA256]; /* of assertions, in turn */
  size_t replay;
  char arc_keys[BL_ARC_KEYS][2 * BL_GUID_TEXT]; /* in turn; "": used or none */
  size_t arc_key;
  struct bl_known known[BL_KNOWN]; /* in turn */
  size_t next_known;
};

/* Makes one. `token`, `url` and `clock` are borrowed. `json` and the reasons as
 * bl_registry_read; the token is the secret of the usual application. */
enum bl_status bl_identity_open(const char *json, const char *token,
                                const char *url, const struct bl_clock *clock,
                                struct bl_identity **out,
                                char reason[BL_REASON]);

/* NULL is fine. */
void bl_identity_close(struct bl_identity *identity);

/* "BASE/{tenant id}/v2.0": who issues the tokens. BL_NOMEM: NULL. */
const char *bl_identity_issuer(const struct bl_identity *identity,
                               const char *base, struct bl_arena *arena);

/* Whether a resource, with or without a slash at its end, is the Graph that the
 * emulator plays: by name, by id, or by the emulator's own address. */
bool bl_identity_is_graph(const struct bl_identity *identity,
                          struct bl_text resource);

/* Makes the signing key where there is none yet. BL_NOMEM. */
enum bl_status bl_identity_ready(struct bl_identity *identity);

/* Signs claims, which are JSON. BL_NOMEM. */
enum bl_status bl_identity_sign(struct bl_identity *identity,
                                struct bl_text claims, struct bl_arena *arena,
                                struct bl_text *out);

/* Reads the claims of a token of our own. BL_INVALID: no token at all.
 * *ours: it is signed by us. BL_NOMEM. */
enum bl_status bl_identity_verify(const struct bl_identity *identity,
                                  struct bl_text token, struct bl_arena *arena,
                                  struct bl_value *claims, bool *ours);

/* The token, where it has been found good before, or NULL; and a place for what
 * a good one says, NULL for want of memory. Whether it is good now, its times
 * and its epoch tell. */
const struct bl_known *bl_identity_find(const struct bl_identity *identity,
                                        struct bl_text token);
struct bl_known *bl_identity_remember(struct bl_identity *identity,
                                      struct bl_text token);

/* Reads a JSON object. BL_INVALID: it is none. BL_NOMEM. */
enum bl_status bl_read_claims(struct bl_text json, struct bl_arena *arena,
                              struct bl_value *out);

/* A member that is a string, or one with bytes NULL; one that is a number, or
 * `otherwise`. */
struct bl_text bl_claim_text(const struct bl_value *claims, const char *name);
int64_t bl_claim_number(const struct bl_value *claims, const char *name,
                        int64_t otherwise);

#endif
