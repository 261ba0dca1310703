#include "emulator.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "listen.h"
#include "server.h"
#include "tls.h"
#include "tokens.h"
#include "worker.h"

#define MEMORY ((size_t)512 << 20) /* bytes that requests may hold together */

struct bl_emulator {
  struct bl_listener listener;
  struct bl_budget budget;
  struct bl_service service;
  struct bl_worker *worker;
  struct bl_server *server;
  struct bl_tls tls;
  char *token;
  char *faults; /* rules of the start, or NULL */
  unsigned lag_ms, page_size;
};

/* Takes the token that was given, or makes one. */
static enum bl_status set_token(struct bl_emulator *e, const char *token,
                                char reason[BL_REASON]) {
  if (token != NULL && !bl_token_fit(token))
    return bl_because(reason, BL_INVALID,
                      "the token is not fit for a header; use visible ASCII "
                      "characters without blanks, one at least");
  e->token = token == NULL ? malloc(BL_TOKEN_TEXT) : strdup(token);
  if (e->token == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
  if (token == NULL && !bl_token_make(e->token))
    return bl_because(reason, BL_INVALID,
                      "the system has no random bytes for a token; give one");
  return BL_OK;
}

/* The certificate and the key, where TLS is wanted. */
static enum bl_status set_tls(struct bl_emulator *e,
                              const struct bl_emulator_options *options,
                              const char *host, const char *store,
                              char reason[BL_REASON]) {
  const char *certificate = options->tls_certificate, *key = options->tls_key;
  if ((certificate == NULL) != (key == NULL))
    return bl_because(reason, BL_INVALID,
                      "TLS needs both a certificate and its key; the %s is "
                      "missing",
                      key == NULL ? "key" : "certificate");
  if (certificate != NULL)
    return bl_tls_read(certificate, key, &e->tls, reason);
  if (!options->tls) return BL_OK;
  return bl_tls_make(store, host, bl_clock_ms(&e->service.clock) / 1000,
                     &e->tls, reason);
}

/* What is asked of the address, in the service's own words. */
static void set_service(struct bl_emulator *e,
                        const struct bl_emulator_options *options) {
  e->service.token = e->token;
  e->service.url = e->listener.url;
  e->service.check = !options->no_check;
  e->service.enforce = options->enforce_permissions;
  e->service.decisions = options->decisions;
}

/* Makes trouble, lag, pages and clock what they are at the start. */
static enum bl_status settle(struct bl_emulator *e, char reason[BL_REASON]) {
  atomic_store(&e->service.lag_ms, e->lag_ms);
  atomic_store(&e->service.page, e->page_size);
  atomic_store(&e->service.clock.shift_ms, 0);
  bl_faults_clear(e->service.faults);
  if (e->faults == NULL) return BL_OK;
  return bl_faults_add(e->service.faults, e->faults, reason);
}

static enum bl_status set_trouble(struct bl_emulator *e,
                                  const struct bl_emulator_options *options,
                                  char reason[BL_REASON]) {
  const char *spec = options->faults;
  e->service.faults = bl_faults_new(options->random_seed);
  e->faults = spec == NULL ? NULL : strdup(spec);
  if (e->service.faults == NULL || (spec != NULL && e->faults == NULL))
    return bl_because(reason, BL_NOMEM, "out of memory");
  e->lag_ms = options->lag_ms;
  e->page_size = options->page_size;
  return settle(e, reason);
}

/* The order in which things can fail with the least done in vain. */
static enum bl_status start(struct bl_emulator *e,
                            const struct bl_emulator_options *options,
                            char reason[BL_REASON]) {
  const char *host = options->host == NULL ? "127.0.0.1" : options->host;
  const char *store = options->store == NULL ? ":memory:" : options->store;
  bool secure = options->tls || options->tls_certificate != NULL;
  enum bl_status s = set_token(e, options->token, reason);
  if (s == BL_OK)
    s = bl_listen(host, options->port, options->allow_remote, secure,
                  &e->listener, reason);
  if (s == BL_OK) s = set_trouble(e, options, reason);
  if (s == BL_OK)
    s = bl_store_open(store, &e->service.clock, &e->service.store, reason);
  if (s == BL_OK) s = set_tls(e, options, host, store, reason);
  if (s == BL_OK)
    s = bl_identity_open(options->identity, e->token, e->listener.url,
                         &e->service.clock, &e->service.identity, reason);
  if (s != BL_OK) return s;

  set_service(e, options);
  s = bl_worker_new(&e->service, &e->budget, &e->worker);
  if (s != BL_OK) return bl_because(reason, s, "out of memory");
  return bl_server_start(e->listener.fd, e->worker, &e->budget, &e->tls,
                         &e->server, reason);
}

enum bl_status bl_emulator_start(const struct bl_emulator_options *options,
                                 struct bl_emulator **out,
                                 char reason[BL_REASON]) {
  sigset_t all, before;
  struct bl_emulator *e = calloc(1, sizeof *e);
  *out = NULL;
  if (e == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
  e->listener.fd = -1;
  bl_budget_init(&e->budget, MEMORY);
  /* threads inherit the mask: signals are for the process's own */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  enum bl_status s = start(e, options, reason);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (s == BL_OK)
    *out = e;
  else
    bl_emulator_stop(e);
  return s;
}

const char *bl_emulator_url(const struct bl_emulator *e) {
  return e->listener.url;
}

uint16_t bl_emulator_port(const struct bl_emulator *e) {
  return e->listener.port;
}

const char *bl_emulator_token(const struct bl_emulator *e) { return e->token; }

const char *bl_emulator_ca_file(const struct bl_emulator *e) {
  return e->tls.ca_file;
}

const char *bl_emulator_tenant_id(const struct bl_emulator *e) {
  return e->service.identity->registry->tenant_id.bytes;
}

const char *bl_emulator_client_id(const struct bl_emulator *e) {
  return e->service.identity->registry->apps->client_id.bytes;
}

void bl_emulator_revoke(struct bl_emulator *e) {
  atomic_fetch_add(&e->service.identity->epoch, 1);
}

enum bl_status bl_emulator_reset(struct bl_emulator *e,
                                 char reason[BL_REASON]) {
  enum bl_status s = settle(e, reason);
  return s == BL_OK ? bl_worker_reset(e->worker, reason) : s;
}

enum bl_status bl_emulator_fault(struct bl_emulator *e,
                                 const struct bl_setting *settings,
                                 size_t count, char reason[BL_REASON]) {
  return bl_faults_add_rule(e->service.faults, settings, count, reason);
}

enum bl_status bl_emulator_faults(struct bl_emulator *e, const char *spec,
                                  char reason[BL_REASON]) {
  return bl_faults_add(e->service.faults, spec, reason);
}

void bl_emulator_calm(struct bl_emulator *e) {
  bl_faults_clear(e->service.faults);
}

void bl_emulator_lag(struct bl_emulator *e, unsigned ms) {
  atomic_store(&e->service.lag_ms, ms);
}

void bl_emulator_shift(struct bl_emulator *e, int64_t ms) {
  atomic_store(&e->service.clock.shift_ms, ms);
}

void bl_emulator_stop(struct bl_emulator *e) {
  if (e == NULL) return;
  if (e->server != NULL) bl_server_stop(e->server);
  if (e->listener.fd >= 0) close(e->listener.fd);
  bl_worker_free(e->worker);
  bl_identity_close(e->service.identity);
  bl_store_close(e->service.store);
  bl_tls_free(&e->tls);
  bl_faults_free(e->service.faults);
  free(e->faults);
  free(e->token);
  free(e);
}
