/* The thread that answers requests. It takes whatever waits, answers it in one
 * transaction and commits; only then is anything told to the clients. There is
 * no timer: while one commit runs, the next batch gathers. */
#ifndef BL_WORKER_H
#define BL_WORKER_H

#include "budget.h"
#include "routes.h"

struct bl_worker;

/* Starts the thread. `service` and `budget` are borrowed until the worker is
 * stopped. BL_NOMEM: no memory or no thread. */
enum bl_status bl_worker_start(struct bl_service *service,
                               struct bl_budget *budget,
                               struct bl_worker **out);

/* Hands over a request, which is the worker's until it calls request->done on
 * its own thread. False: the worker is being stopped; nothing was taken. */
bool bl_worker_submit(struct bl_worker *worker, struct bl_incoming *request);

/* Calls request->done on the worker's thread so much later. False: the worker
 * is being stopped. */
bool bl_worker_later(struct bl_worker *worker, struct bl_incoming *request,
                     unsigned ms);

/* Removes every policy, between two batches. */
enum bl_status bl_worker_reset(struct bl_worker *worker,
                               char reason[BL_REASON]);

/* Takes nothing more, answers what was taken, and ends the thread. */
void bl_worker_stop(struct bl_worker *worker);

/* After bl_worker_stop, and when nobody can submit any more. NULL is fine. */
void bl_worker_free(struct bl_worker *worker);

#endif
