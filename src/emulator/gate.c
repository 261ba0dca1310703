#include "gate.h"

#include "admin.h"
#include "bearer.h"
#include "refusal.h"
#include "routes.h"
#include "sign_in.h"

/* Bearer and size: what does not depend on the route. */
static enum bl_status admit(const struct bl_service *service,
                            struct bl_incoming *request,
                            struct bl_arena *scratch, bool *admitted) {
  enum bl_status s = bl_bearer_admit(service, request, scratch, admitted);
  if (s != BL_OK || !*admitted || request->body.status == BL_OK) return s;
  *admitted = false;
  bl_refuse_plainly(request, request->body.status == BL_TOO_LARGE
                                 ? BL_R_TOO_LARGE
                                 : BL_R_BUSY);
  return BL_OK;
}

static enum bl_status route(struct bl_service *service,
                            struct bl_incoming *request,
                            struct bl_arena *scratch) {
  bool done, admitted;
  if (request->part || bl_routes_is_open(service, request))
    return bl_routes_carry_out(service, request, scratch);
  enum bl_status s =
      bl_sign_in_answer(service->identity, request, scratch, &done);
  if (s != BL_OK || done) return s;
  s = admit(service, request, scratch, &admitted);
  return s == BL_OK && admitted ? bl_routes_carry_out(service, request, scratch)
                                : s;
}

/* How long reads are not to see what this request writes. */
static enum bl_status set_lag(struct bl_service *service,
                              const struct bl_trouble *trouble) {
  unsigned lag = trouble->lag_ms;
  if (lag == 0) lag = atomic_load(&service->lag_ms);
  return bl_store_lag(service->store, lag);
}

/* Asks the rules of trouble. False: the request is not to be carried out; the
 * reply is filled, or *s says why it is not. */
static bool untroubled(struct bl_service *service, struct bl_incoming *request,
                       enum bl_status *s) {
  bl_faults_choose(service->faults, request->method, request->path,
                   &request->trouble);
  *s = set_lag(service, &request->trouble);
  return *s == BL_OK && !bl_trouble_replaces(request);
}

static enum bl_status dressed(const struct bl_service *service,
                              struct bl_incoming *request, enum bl_status s) {
  if (s == BL_OK && request->trouble.rule > 0)
    bl_trouble_dress(request, bl_clock_ms(&service->clock));
  return s;
}

enum bl_status bl_gate_answer(struct bl_service *service,
                              struct bl_incoming *request,
                              struct bl_arena *scratch) {
  enum bl_status s;
  if (bl_is_admin(request->path))
    return bl_admin_answer(service, request, scratch);
  if (untroubled(service, request, &s)) s = route(service, request, scratch);
  return dressed(service, request, s);
}
