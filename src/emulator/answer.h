/* The reply of an exchange, on its way to libmicrohttpd; trouble on request is
 * made here as far as it is the connection's. */
#ifndef BL_ANSWER_H
#define BL_ANSWER_H

#include <microhttpd.h>

#include "answer_shelf.h"
#include "incoming.h"
#include "worker.h"

/* Sends the reply of a request, which outlives the response; what it then has
 * as `shelved` is to be given to the shelf. MHD_NO: it could not, or the
 * connection is to be closed without one. */
enum MHD_Result bl_answer(struct MHD_Connection *connection,
                          struct bl_incoming *request, struct bl_worker *worker,
                          struct bl_shelf *shelf);

/* The answer for want of memory for any other, or NULL. */
struct MHD_Response *bl_answer_busy(void);

#endif
