/* HTTP: gathers requests, lets the worker answer them, sends its replies. */
#ifndef BL_SERVER_H
#define BL_SERVER_H

#include "budget.h"
#include "tls.h"
#include "worker.h"

struct bl_server;

/* Serves on a listening socket, with a thread of its own; with TLS where `tls`
 * has a certificate. All of them are borrowed until bl_server_stop. BL_LISTEN:
 * it could not start; `reason` says why. */
enum bl_status bl_server_start(int fd, struct bl_worker *worker,
                               struct bl_budget *budget,
                               const struct bl_tls *tls, struct bl_server **out,
                               char reason[BL_REASON]);

/* Accepts no more connections, answers what was gathered, waiting two seconds
 * at most for clients that do not take it, closes all connections and ends the
 * thread. */
void bl_server_stop(struct bl_server *server);

#endif
