#include "worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "refusal.h"

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
  pthread_t thread;
  pthread_mutex_t lock; /* of queue, later, stopping and idle */
  pthread_cond_t wake;
  struct queue queue;
  struct bl_incoming *later; /* replies that wait, the next one first */
  bool stopping, idle;
  pthread_mutex_t store_lock; /* held for a batch or a reset */
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
  enum bl_status s = bl_routes_answer(w->service, request, &scratch);
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

/* --- the thread ---------------------------------------------------------- */

/* Puts it behind all that are due before it. */
static void postpone(struct bl_worker *w, struct bl_incoming *request,
                     unsigned ms) {
  struct bl_incoming **at = &w->later;
  request->due_ms = bl_clock_steady_ms() + ms;
  while (*at != NULL && (*at)->due_ms <= request->due_ms) at = &(*at)->next;
  request->next = *at;
  *at = request;
}

/* Moves what is due; everything is when the worker is being stopped. */
static void ripen(struct bl_worker *w, struct queue *due) {
  if (w->later == NULL) return;
  int64_t now = w->stopping ? INT64_MAX : bl_clock_steady_ms();
  while (w->later != NULL && w->later->due_ms <= now) {
    struct bl_incoming *request = w->later;
    w->later = request->next;
    push(due, request);
  }
}

/* Until something is handed over, or the first of `later` is due. */
static void wait(struct bl_worker *w) {
  if (w->later == NULL) {
    pthread_cond_wait(&w->wake, &w->lock);
    return;
  }
  struct timespec until = {
      .tv_sec = (time_t)(w->later->due_ms / 1000),
      .tv_nsec = (long)(w->later->due_ms % 1000) * 1000000,
  };
  pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

/* Takes what waits, up to MAX_BATCH, and what is due; waits when nothing is.
 * False: the worker is being stopped and nothing is left. */
static bool take(struct bl_worker *w, struct queue *batch, size_t *count,
                 struct queue *due) {
  queue_init(batch);
  queue_init(due);
  pthread_mutex_lock(&w->lock);
  for (ripen(w, due);
       w->queue.first == NULL && due->first == NULL && !w->stopping;
       ripen(w, due)) {
    w->idle = true;
    wait(w);
  }
  w->idle = false;
  for (*count = 0; *count < MAX_BATCH && w->queue.first != NULL; ++*count)
    push(batch, pop(&w->queue));
  pthread_mutex_unlock(&w->lock);
  return *count > 0 || due->first != NULL;
}

/* A request may be gone as soon as it is done. */
static void tell(struct bl_worker *w, struct queue *answered) {
  for (struct bl_incoming *r; (r = pop(answered)) != NULL;)
    if (r->trouble.delay_ms == 0 || !bl_worker_later(w, r, r->trouble.delay_ms))
      r->done(r);
}

static void *work(void *ud) {
  struct bl_worker *w = ud;
  struct queue batch, due;
  for (size_t count; take(w, &batch, &count, &due);) {
    for (struct bl_incoming *r; (r = pop(&due)) != NULL;) r->done(r);
    if (count == 0) continue;
    pthread_mutex_lock(&w->store_lock);
    run(w, batch.first, count);
    pthread_mutex_unlock(&w->store_lock);
    tell(w, &batch);
  }
  return NULL;
}

/* Waits are measured by the steady clock. */
static void init_locks(struct bl_worker *w) {
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_mutex_init(&w->lock, NULL);
  pthread_mutex_init(&w->store_lock, NULL);
  pthread_cond_init(&w->wake, &clock);
  pthread_condattr_destroy(&clock);
}

enum bl_status bl_worker_start(struct bl_service *service,
                               struct bl_budget *budget,
                               struct bl_worker **out) {
  struct bl_worker *w = calloc(1, sizeof *w);
  *out = NULL;
  if (w == NULL) return BL_NOMEM;
  w->service = service;
  w->budget = budget;
  queue_init(&w->queue);
  init_locks(w);
  if (pthread_create(&w->thread, NULL, work, w) != 0) {
    bl_worker_free(w);
    return BL_NOMEM;
  }
  *out = w;
  return BL_OK;
}

bool bl_worker_submit(struct bl_worker *w, struct bl_incoming *request) {
  pthread_mutex_lock(&w->lock);
  bool taken = !w->stopping, wake = w->idle;
  if (taken) push(&w->queue, request);
  w->idle = false;
  pthread_mutex_unlock(&w->lock);
  if (taken && wake) pthread_cond_signal(&w->wake);
  return taken;
}

bool bl_worker_later(struct bl_worker *w, struct bl_incoming *request,
                     unsigned ms) {
  pthread_mutex_lock(&w->lock);
  bool taken = !w->stopping, wake = w->idle;
  if (taken) postpone(w, request, ms);
  pthread_mutex_unlock(&w->lock);
  if (taken && wake) pthread_cond_signal(&w->wake);
  return taken;
}

enum bl_status bl_worker_reset(struct bl_worker *w, char reason[BL_REASON]) {
  pthread_mutex_lock(&w->store_lock);
  enum bl_status s = bl_store_reset(w->service->store);
  if (s != BL_OK)
    bl_because(reason, s, "%s", bl_store_reason(w->service->store));
  pthread_mutex_unlock(&w->store_lock);
  return s;
}

void bl_worker_stop(struct bl_worker *w) {
  pthread_mutex_lock(&w->lock);
  w->stopping = true;
  pthread_mutex_unlock(&w->lock);
  pthread_cond_signal(&w->wake);
  pthread_join(w->thread, NULL);
}

void bl_worker_free(struct bl_worker *w) {
  if (w == NULL) return;
  pthread_cond_destroy(&w->wake);
  pthread_mutex_destroy(&w->store_lock);
  pthread_mutex_destroy(&w->lock);
  free(w);
}
