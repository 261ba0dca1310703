/* Answers requests. Whatever waits is answered in one transaction and
 * committed; only then are replies sent. There is no timer: while one commit
 * runs, the next batch gathers in the sockets. One thread submits and runs; any
 * other may reset. */
#ifndef BL_WORKER_H
#define BL_WORKER_H

#include "budget.h"
#include "service.h"

struct bl_worker;

/* `service` and `budget` are borrowed. BL_NOMEM: no memory. */
enum bl_status bl_worker_new(struct bl_service *service,
                             struct bl_budget *budget, struct bl_worker **out);

/* Takes a request, whose reply is filled when bl_worker_run has returned. */
void bl_worker_submit(struct bl_worker *worker, struct bl_incoming *request);

/* Requests that wait to be answered. */
size_t bl_worker_waiting(const struct bl_worker *worker);

/* Takes it back unanswered: its client is gone. */
void bl_worker_withdraw(struct bl_worker *worker, struct bl_incoming *request);

/* Calls request->done so much later, in bl_worker_run. False: not any more,
 * since the worker is being stopped. */
bool bl_worker_later(struct bl_worker *worker, struct bl_incoming *request,
                     unsigned ms);

/* Answers all that waits and calls `done` of what is due; whether there was
 * any. */
bool bl_worker_run(struct bl_worker *worker);

/* Milliseconds until bl_worker_run has something to do; -1: until something
 * is submitted. */
int bl_worker_idle_ms(const struct bl_worker *worker);

/* From now on requests are refused and nothing is put off. */
void bl_worker_stop(struct bl_worker *worker);

/* Removes every policy, between two batches. */
enum bl_status bl_worker_reset(struct bl_worker *worker,
                               char reason[BL_REASON]);

/* Creates what a seed lists, between two batches; with `when_empty`, only where
 * nothing is stored. BL_INVALID: it is refused, nothing stands, and `reason`
 * says why. */
enum bl_status bl_worker_seed(struct bl_worker *worker, struct bl_text json,
                              bool when_empty, char reason[BL_REASON]);

/* NULL is fine. */
void bl_worker_free(struct bl_worker *worker);

#endif
