#include "worker.h"

#include <pthread.h>
#include <stdlib.h>

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
  pthread_mutex_t lock; /* of queue, stopping and idle */
  pthread_cond_t wake;
  struct queue queue;
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

/* Takes what waits, up to MAX_BATCH; waits when nothing does. 0: the worker is
 * being stopped and nothing is left. */
static size_t take(struct bl_worker *w, struct queue *batch) {
  size_t count = 0;
  queue_init(batch);
  pthread_mutex_lock(&w->lock);
  while (w->queue.first == NULL && !w->stopping) {
    w->idle = true;
    pthread_cond_wait(&w->wake, &w->lock);
  }
  w->idle = false;
  for (; count < MAX_BATCH && w->queue.first != NULL; count++)
    push(batch, pop(&w->queue));
  pthread_mutex_unlock(&w->lock);
  return count;
}

static void *work(void *ud) {
  struct bl_worker *w = ud;
  struct queue batch;
  for (size_t count; (count = take(w, &batch)) > 0;) {
    pthread_mutex_lock(&w->store_lock);
    run(w, batch.first, count);
    pthread_mutex_unlock(&w->store_lock);
    /* a request may be gone as soon as it is done */
    for (struct bl_incoming *r; (r = pop(&batch)) != NULL;) r->done(r);
  }
  return NULL;
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
  pthread_mutex_init(&w->lock, NULL);
  pthread_mutex_init(&w->store_lock, NULL);
  pthread_cond_init(&w->wake, NULL);
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
