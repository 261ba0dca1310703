/* The local Graph: policies over HTTP, on threads of its own, as a library.
 * Nothing is printed and no signal is touched; the threads take none. */
#ifndef BL_EMULATOR_H
#define BL_EMULATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/value.h"
#include "decisions.h"
#include "faults.h"
#include "reason.h"

struct bl_emulator_options {
  const char *host;        /* address to listen on; NULL: "127.0.0.1" */
  uint16_t port;           /* 0: the system picks one */
  const char *store;       /* path of the SQLite file; NULL: ":memory:" */
  const char *token;       /* the bearer that is asked for; NULL: one is made */
  const char *admin_token; /* that of the admin path; NULL: one is made */
  bool no_check;           /* definitions are stored unjudged */
  bool allow_remote;       /* `host` need not be loopback */
  bool raise_files;        /* the limit of descriptors, as far as it may be */
  const char *faults;      /* rules of trouble, as faults.h has them, or NULL */
  uint64_t random_seed;    /* of their probabilities */
  unsigned lag_ms;         /* until reads see what was written */
  unsigned page_size;      /* of lists; 0: as the service */
  struct bl_decisions decisions; /* what is disputed */
  const char *identity; /* tenant and applications as JSON; NULL: the usual */
  bool enforce_permissions; /* a token may do what its permissions say */
  bool tls; /* https, with a certificate that is made if need be */
  const char *tls_certificate, *tls_key; /* PEM files; NULL: none given */
};

struct bl_emulator;

/* Starts it: when this returns BL_OK, it listens. The options are not kept.
 * Else `reason` says what is wrong and what would be right: BL_INVALID for an
 * option, BL_LISTEN for the address, BL_STORE for the store, BL_NOMEM. */
enum bl_status bl_emulator_start(const struct bl_emulator_options *options,
                                 struct bl_emulator **out,
                                 char reason[BL_REASON]);

/* "http://127.0.0.1:8080", its port, and the bearer. The emulator's. */
const char *bl_emulator_url(const struct bl_emulator *emulator);
uint16_t bl_emulator_port(const struct bl_emulator *emulator);
const char *bl_emulator_token(const struct bl_emulator *emulator);

const char *bl_emulator_admin_token(const struct bl_emulator *emulator);

/* Creates what a seed lists, as seed.h has it; all or nothing; with
 * `when_empty`, only where nothing is stored. BL_INVALID: refused, for
 * `reason`. */
enum bl_status bl_emulator_seed(struct bl_emulator *emulator,
                                struct bl_text json, bool when_empty,
                                char reason[BL_REASON]);

/* The file with the certificate that clients are to trust; NULL: no TLS. */
const char *bl_emulator_ca_file(const struct bl_emulator *emulator);

/* The tenant, and the first application that is registered in it; the usual
 * one's secret is the bearer. */
const char *bl_emulator_tenant_id(const struct bl_emulator *emulator);
const char *bl_emulator_client_id(const struct bl_emulator *emulator);

/* From now on no token is good that was issued until now, but for the fixed
 * bearer. For any thread. */
void bl_emulator_revoke(struct bl_emulator *emulator);

/* Adds rules of trouble. BL_INVALID: `reason` says what is wrong. */
enum bl_status bl_emulator_fault(struct bl_emulator *emulator,
                                 const struct bl_setting *settings,
                                 size_t count, char reason[BL_REASON]);
enum bl_status bl_emulator_faults(struct bl_emulator *emulator,
                                  const char *spec, char reason[BL_REASON]);

/* Removes all of them. */
void bl_emulator_calm(struct bl_emulator *emulator);

/* How long reads do not see what is written from now on. */
void bl_emulator_lag(struct bl_emulator *emulator, unsigned ms);

/* Shifts the clock, against the system's. */
void bl_emulator_shift(struct bl_emulator *emulator, int64_t ms);

/* Removes every policy, and makes trouble, lag, page size and clock what they
 * were at the start. BL_STORE: the store refused, for `reason`. */
enum bl_status bl_emulator_reset(struct bl_emulator *emulator,
                                 char reason[BL_REASON]);

/* Answers what is under way, closes everything and frees it. What was
 * acknowledged is stored. NULL is fine. */
void bl_emulator_stop(struct bl_emulator *emulator);

#endif
