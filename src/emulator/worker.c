#include "worker.h"

#include <pthread.h>
#include <stdlib.h>

#include "admin.h"
#include "clock.h"
#include "gate.h"
#include "log.h"
#include "refusal.h"
#include "seed.h"

#define MAX_BATCH 256 /* requests of one transaction */
#define MAX_SCRATCH                                                            \
  ((size_t)192 << 20)           /* bytes; a tree of a full body fits           \
                                 */
#define LENT ((size_t)64 << 10) /* bytes of scratch kept at hand */

/* Requests in the order in which they came. */
struct queue {
  struct bl_incoming *first, **end;
};

struct bl_worker {
  struct bl_service *service;
  struct bl_budget *budget;
  pthread_mutex_t store_lock; /* held for a batch or a reset */
  struct queue queue;
  size_t waiting;            /* requests in it */
  struct bl_incoming *later; /* replies that wait, the next one first */
  bool stopping;
  char lent[LENT];
};

static void queue_init(struct queue *q) {
  q->first = NULL;
  q->end = &q->first;
}

static void push(struct queue *q, struct bl_incoming *request) {
  request->next = NULL;
  *q->end = request;
  q->end = &request->next;
}

static struct bl_incoming *pop(struct queue *q) {
  struct bl_incoming *first = q->first;
  if (first == NULL) return NULL;
  q->first = first->next;
  if (q->first == NULL) q->end = &q->first;
  return first;
}

/* --- a batch ------------------------------------------------------------- */

/* BL_STORE: the store refused, or has ended the transaction by itself. */
static enum bl_status answer(struct bl_worker *w, struct bl_incoming *request) {
  struct bl_arena scratch;
  bl_arena_init(&scratch, bl_budget_alloc, w->budget, MAX_SCRATCH, w->lent,
                sizeof w->lent);
  enum bl_status s = bl_gate_answer(w->service, request, &scratch);
  bl_arena_free(&scratch);
  if (s == BL_NOMEM) bl_refuse_plainly(request, BL_R_BUSY);
  return s == BL_STORE || !bl_store_in_transaction(w->service->store) ? BL_STORE
                                                                      : BL_OK;
}

/* Answers `count` requests from `first` on in one transaction. Anything but
 * BL_OK: nothing of it stands, and `reason` says why. */
static enum bl_status transact(struct bl_worker *w, struct bl_incoming *first,
                               size_t count, char reason[BL_REASON]) {
  struct bl_store *store = w->service->store;
  enum bl_status s = bl_store_begin(store);
  struct bl_incoming *request = first;
  for (size_t i = 0; i < count && s == BL_OK; i++, request = request->next)
    s = answer(w, request);
  if (s == BL_OK) s = bl_store_commit(store);
  if (s == BL_OK) return BL_OK;
  bl_because(reason, s, "%s", bl_store_reason(store));
  bl_store_rollback(store);
  return s;
}

/* A batch that cannot be committed is answered again one by one: what only
 * reads is served, and what cannot be stored is refused alone. */
static void run(struct bl_worker *w, struct bl_incoming *first, size_t count) {
  char reason[BL_REASON];
  if (transact(w, first, count, reason) == BL_OK) return;
  for (size_t i = 0; i < count; i++, first = first->next)
    if (transact(w, first, 1, reason) != BL_OK)
      bl_refuse_about(first, BL_R_STORE, reason);
}

/* --- what waits ---------------------------------------------------------- */

/* Puts it behind all that are due before it. */
static void postpone(struct bl_worker *w, struct bl_incoming *request,
                     unsigned ms) {
  struct bl_incoming **at = &w->later;
  request->due_ms = bl_clock_steady_ms() + ms;
  while (*at != NULL && (*at)->due_ms <= request->due_ms) at = &(*at)->next;
  request->next = *at;
  *at = request;
}

/* Everything is due when the worker is being stopped. Those that `done` puts
 * off again are behind the others. */
static bool tell_due(struct bl_worker *w) {
  bool told = false;
  if (w->later == NULL) return false;
  int64_t now = w->stopping ? INT64_MAX : bl_clock_steady_ms();
  while (w->later != NULL && w->later->due_ms <= now) {
    struct bl_incoming *request = w->later;
    w->later = request->next;
    request->done(request);
    told = true;
  }
  return told;
}

/* Takes up to MAX_BATCH and answers them. */
static void run_batch(struct bl_worker *w) {
  struct queue batch;
  size_t count = 0;
  queue_init(&batch);
  for (; count < MAX_BATCH && w->queue.first != NULL; count++)
    push(&batch, pop(&w->queue));
  w->waiting -= count;
  pthread_mutex_lock(&w->store_lock);
  run(w, batch.first, count);
  pthread_mutex_unlock(&w->store_lock);
  int64_t now_ms = bl_clock_ms(&w->service->clock);
  for (struct bl_incoming *r; (r = pop(&batch)) != NULL;)
    if (!bl_is_admin(r->path)) bl_log_add(w->service->log, r, now_ms);
}

enum bl_status bl_worker_new(struct bl_service *service,
                             struct bl_budget *budget, struct bl_worker **out) {
  struct bl_worker *w = calloc(1, sizeof *w);
  *out = w;
  if (w == NULL) return BL_NOMEM;
  w->service = service;
  w->budget = budget;
  queue_init(&w->queue);
  pthread_mutex_init(&w->store_lock, NULL);
  return BL_OK;
}

void bl_worker_submit(struct bl_worker *w, struct bl_incoming *request) {
  if (w->stopping) {
    bl_refuse_plainly(request, BL_R_STOPPING);
    return;
  }
  push(&w->queue, request);
  w->waiting++;
}

size_t bl_worker_waiting(const struct bl_worker *w) { return w->waiting; }

void bl_worker_withdraw(struct bl_worker *w, struct bl_incoming *request) {
  struct queue rest;
  queue_init(&rest);
  for (struct bl_incoming *r; (r = pop(&w->queue)) != NULL;)
    if (r != request) push(&rest, r);
  for (w->waiting = 0; rest.first != NULL; w->waiting++)
    push(&w->queue, pop(&rest));
}

bool bl_worker_later(struct bl_worker *w, struct bl_incoming *request,
                     unsigned ms) {
  if (w->stopping) return false;
  postpone(w, request, ms);
  return true;
}

bool bl_worker_run(struct bl_worker *w) {
  bool told = tell_due(w) || w->queue.first != NULL;
  while (w->queue.first != NULL) run_batch(w);
  return told;
}

int bl_worker_idle_ms(const struct bl_worker *w) {
  if (w->queue.first != NULL) return 0;
  if (w->later == NULL) return -1;
  int64_t left = w->later->due_ms - bl_clock_steady_ms();
  return w->stopping || left < 0 ? 0 : (int)left + 1;
}

void bl_worker_stop(struct bl_worker *w) { w->stopping = true; }

enum bl_status bl_worker_reset(struct bl_worker *w, char reason[BL_REASON]) {
  pthread_mutex_lock(&w->store_lock);
  enum bl_status s = bl_store_reset(w->service->store);
  if (s != BL_OK)
    bl_because(reason, s, "%s", bl_store_reason(w->service->store));
  pthread_mutex_unlock(&w->store_lock);
  return s;
}

static void add_count(void *ud, struct bl_text type, int64_t count) {
  int64_t *all = ud;
  (void)type;
  *all += count;
}

/* Whole or not at all, like any batch. */
static enum bl_status seed(struct bl_worker *w, struct bl_text json,
                           bool when_empty, struct bl_arena *scratch,
                           char reason[BL_REASON]) {
  struct bl_store *store = w->service->store;
  size_t created;
  int64_t stored = 0;
  enum bl_status s = bl_store_begin(store);
  if (s == BL_OK && when_empty) s = bl_store_counts(store, add_count, &stored);
  if (s == BL_OK && stored == 0)
    s = bl_seed(w->service, json, scratch, &created, reason);
  if (s == BL_OK) s = bl_store_commit(store);
  if (s == BL_STORE) bl_because(reason, s, "%s", bl_store_reason(store));
  if (s != BL_OK) bl_store_rollback(store);
  return s;
}

enum bl_status bl_worker_seed(struct bl_worker *w, struct bl_text json,
                              bool when_empty, char reason[BL_REASON]) {
  struct bl_arena scratch;
  bl_arena_init(&scratch, bl_budget_alloc, w->budget, MAX_SCRATCH, NULL, 0);
  pthread_mutex_lock(&w->store_lock);
  enum bl_status s = seed(w, json, when_empty, &scratch, reason);
  pthread_mutex_unlock(&w->store_lock);
  bl_arena_free(&scratch);
  return s == BL_NOMEM ? bl_because(reason, s, "out of memory") : s;
}

void bl_worker_free(struct bl_worker *w) {
  if (w == NULL) return;
  pthread_mutex_destroy(&w->store_lock);
  free(w);
}
