#include "objects.h"

#include <time.h>

#include "body.h"
#include "core/json_read.h"
#include "list.h"
#include "object_body.h"
#include "reply.h"
#include "view.h"

enum bl_status bl_objects_read(struct bl_call *call,
                               const struct bl_object *object,
                               struct bl_value *out) {
  struct bl_problems problems;
  bl_problems_init(&problems, call->scratch);
  enum bl_status s =
      bl_json_read(object->body, BL_STRICT, NULL, &problems, out);
  return s == BL_INVALID ? BL_STORE : s;
}

/* --- reading -------------------------------------------------------------- */

enum bl_status bl_objects_find(struct bl_call *call, struct bl_object *out) {
  struct bl_store *store = call->service->store;
  const char *type = call->objects->name;
  bool found;
  enum bl_status s = call->by_app
                         ? bl_store_object_of_app(store, type, call->target,
                                                  call->scratch, out, &found)
                         : bl_store_object_find(store, type, call->target,
                                                call->scratch, out, &found);
  if (s != BL_OK || found) return s;
  return bl_refuse_call(call, BL_R_NOT_FOUND, call->target_text,
                        (struct bl_text){0});
}

static enum bl_status reply_one(struct bl_call *call, unsigned status,
                                const struct bl_object *object) {
  struct bl_buf b;
  bl_buf_init(&b, &call->request->arena, BL_MAX_REPLY);
  bl_view_open(&b, call, call->objects->collection, "/$entity");
  bl_view_object(&b, call, object, 0);
  return bl_reply(call, status, &b);
}

enum bl_status bl_objects_get(struct bl_call *call) {
  struct bl_object object;
  enum bl_status s = bl_objects_find(call, &object);
  return bl_answered(s == BL_OK ? reply_one(call, 200, &object) : s);
}

enum bl_status bl_objects_list(struct bl_call *call) {
  const struct bl_source source = {.from = BL_LIST_OBJECTS,
                                   .context = call->objects->collection};
  return bl_list(call, &source);
}

enum bl_status bl_objects_count(struct bl_call *call) {
  const struct bl_source source = {.from = BL_LIST_OBJECTS};
  return bl_list_count(call, &source);
}

/* --- what a body says ------------------------------------------------------
 */

/* The text of a member that is one, else empty. */
static struct bl_text string_of(const struct bl_value *object,
                                const char *name) {
  const struct bl_item *i = bl_value_find(object, name);
  if (i == NULL || i->value.type != BL_STRING) return bl_text_of("");
  return i->value.as.text;
}

/* No two applications share an identifier. */
static enum bl_status check_uris(struct bl_call *call,
                                 const struct bl_object *object,
                                 const struct bl_value *given) {
  static const char uris[] = "identifierUris";
  const struct bl_item *member = bl_value_find(given, uris);
  if (call->objects != &bl_application || member == NULL) return BL_OK;
  for (struct bl_item *i = member->value.as.first; i != NULL; i = i->next) {
    bool taken;
    enum bl_status s = bl_store_object_holding(
        call->service->store, call->objects->name, object->id,
        "$.identifierUris", i->value.as.text, &taken);
    if (s != BL_OK) return s;
    if (taken)
      return bl_refuse_call(call, BL_R_OBJECT_CONFLICT, bl_text_of(uris),
                            (struct bl_text){0});
  }
  return BL_OK;
}

static enum bl_status read_given(struct bl_call *call, bool update,
                                 struct bl_value *given) {
  struct bl_problems problems;
  bl_problems_init(&problems, call->scratch);
  enum bl_status s = bl_body_read(call, &problems, given);
  return s == BL_OK ? bl_object_judge(call, call->objects, update, given) : s;
}

/* Fills the texts of an object from the properties before and given. */
static enum bl_status compose(struct bl_call *call,
                              const struct bl_value *before,
                              const struct bl_value *given,
                              struct bl_object *out) {
  struct bl_buf b;
  bl_buf_init(&b, call->scratch, BL_MAX_REPLY);
  bl_object_write(&b, call->objects, before, given);
  out->body = (struct bl_text){b.data, b.len};
  const struct bl_item *name = bl_value_find(given, "displayName");
  out->display_name = string_of(name != NULL ? given : before, "displayName");
  return b.status;
}

/* --- creating --------------------------------------------------------------
 */

static bool put(struct bl_value *object, struct bl_arena *arena,
                const char *name, const char *string) {
  struct bl_item *i = string == NULL ? NULL : bl_value_add(object, arena, name);
  if (i != NULL) i->value = bl_value_string(string);
  return i != NULL;
}

static bool put_now(struct bl_value *object, struct bl_arena *arena,
                    const struct bl_clock *clock) {
  char date[32] = "";
  struct tm now;
  time_t seconds = (time_t)(bl_clock_ms(clock) / 1000);
  if (gmtime_r(&seconds, &now) != NULL)
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &now);
  return put(object, arena, "createdDateTime",
             bl_arena_copy(arena, date, strlen(date)));
}

static bool put_app_id(struct bl_value *object, struct bl_arena *arena,
                       const uint8_t id[BL_GUID_BYTES]) {
  char text[BL_GUID_TEXT];
  bl_guid_write(id, text);
  return put(object, arena, "appId",
             bl_arena_copy(arena, text, sizeof text - 1));
}

/* Takes an id that the body may set, where that is allowed. */
static bool take_id(const struct bl_value *given, const char *name,
                    uint8_t id[BL_GUID_BYTES]) {
  struct bl_text text = string_of(given, name);
  return text.len > 0 && bl_guid_read(text, id);
}

/* What is known of a new application before its body is. */
static enum bl_status new_application(struct bl_call *call,
                                      const struct bl_value *given,
                                      struct bl_object *out,
                                      struct bl_value *before) {
  if (!take_id(given, "appId", out->app_id)) bl_guid_random(out->app_id);
  if (!put_app_id(before, call->scratch, out->app_id) ||
      !put_now(before, call->scratch, &call->service->clock) ||
      !put(before, call->scratch, "publisherDomain", "contoso.onmicrosoft.com"))
    return BL_NOMEM;
  return BL_OK;
}

/* A service principal has the name of its application, and its names. */
static enum bl_status inherit(struct bl_call *call,
                              const struct bl_object *application,
                              struct bl_value *before) {
  struct bl_value app;
  struct bl_arena *arena = call->scratch;
  enum bl_status s = bl_objects_read(call, application, &app);
  if (s != BL_OK) return s;
  static const char *const same[][2] = {{"appDisplayName", "displayName"},
                                        {"displayName", "displayName"},
                                        {"appDescription", "description"},
                                        {"signInAudience", "signInAudience"},
                                        {"appRoles", "appRoles"}};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    const struct bl_item *from = bl_value_find(&app, same[i][1]);
    struct bl_item *to = bl_value_add(before, arena, same[i][0]);
    if (to == NULL) return BL_NOMEM;
    if (from != NULL) to->value = from->value;
  }
  const char *tenant = call->service->identity->registry->tenant_id.bytes;
  return put(before, arena, "appOwnerOrganizationId", tenant) ? BL_OK
                                                              : BL_NOMEM;
}

/* servicePrincipalNames: the application's id, then its identifiers. */
static enum bl_status put_names(struct bl_call *call,
                                const struct bl_object *application,
                                struct bl_text app_id,
                                struct bl_value *before) {
  struct bl_arena *arena = call->scratch;
  struct bl_value app;
  const struct bl_item *uris = NULL;
  if (application != NULL) {
    enum bl_status s = bl_objects_read(call, application, &app);
    if (s != BL_OK) return s;
    uris = bl_value_find(&app, "identifierUris");
  }
  struct bl_item *names = bl_value_add(before, arena, "servicePrincipalNames");
  if (names == NULL) return BL_NOMEM;
  names->value = (struct bl_value){.type = BL_ARRAY};
  struct bl_item *first = bl_value_add(&names->value, arena, NULL);
  if (first == NULL) return BL_NOMEM;
  first->value = (struct bl_value){.type = BL_STRING, .as.text = app_id};
  if (uris != NULL && uris->value.type == BL_ARRAY) {
    first->next = uris->value.as.first;
    names->value.count += uris->value.count;
  }
  return BL_OK;
}

static enum bl_status new_service_principal(struct bl_call *call,
                                            const struct bl_value *given,
                                            struct bl_object *out,
                                            struct bl_value *before) {
  struct bl_store *store = call->service->store;
  struct bl_text app_id = string_of(given, "appId");
  struct bl_object application;
  bool found, taken;
  if (!bl_guid_read(app_id, out->app_id))
    return bl_refuse_call(call, BL_R_VALUE, bl_text_of("appId"),
                          bl_text_of(call->objects->resource));
  enum bl_status s =
      bl_store_object_of_app(store, bl_application.name, out->app_id,
                             call->scratch, &application, &found);
  if (s == BL_OK)
    s = bl_store_object_taken(store, bl_service_principal.name, out->app_id,
                              &taken);
  if (s != BL_OK) return s;
  if (taken)
    return bl_refuse_call(call, BL_R_NAME_IN_USE, app_id, (struct bl_text){0});
  if (!found && call->service->decisions.unknown_app == BL_UNKNOWN_APP_REFUSE)
    return bl_refuse_call(call, BL_R_NO_APP, app_id, (struct bl_text){0});
  if (found) s = inherit(call, &application, before);
  if (s == BL_OK)
    s = put_names(call, found ? &application : NULL, app_id, before);
  if (s == BL_OK && !put_now(before, call->scratch, &call->service->clock))
    s = BL_NOMEM;
  return s;
}

/* Ids that a body may set, if the service is told so, must be free. */
static enum bl_status check_ids(struct bl_call *call,
                                const struct bl_object *object) {
  struct bl_store *store = call->service->store;
  struct bl_object twin;
  bool same_id, same_app;
  if (call->service->decisions.read_only != BL_READ_ONLY_KEEP) return BL_OK;
  enum bl_status s = bl_store_object_find(store, NULL, object->id,
                                          call->scratch, &twin, &same_id);
  if (s == BL_OK)
    s = bl_store_object_taken(store, call->objects->name, object->app_id,
                              &same_app);
  if (s != BL_OK || (!same_id && !same_app)) return s;
  return bl_refuse_call(call, BL_R_OBJECT_CONFLICT,
                        bl_text_of(same_id ? "id" : "appId"),
                        (struct bl_text){0});
}

enum bl_status bl_objects_create(struct bl_call *call) {
  struct bl_value given, before = {.type = BL_OBJECT};
  struct bl_object object = {.type = bl_text_of(call->objects->name)};
  enum bl_status s = read_given(call, false, &given);
  if (s != BL_OK) return bl_answered(s);
  if (!take_id(&given, "id", object.id) &&
      !bl_guid_next(&call->service->ids, object.id))
    return BL_NOMEM;
  s = call->objects == &bl_application
          ? new_application(call, &given, &object, &before)
          : new_service_principal(call, &given, &object, &before);
  if (s == BL_OK) s = check_ids(call, &object);
  if (s == BL_OK) s = check_uris(call, &object, &given);
  if (s == BL_OK) s = compose(call, &before, &given, &object);
  call->location = bl_view_location(call, object.id, call->objects->resource);
  if (s == BL_OK && call->location == NULL) s = BL_NOMEM;
  if (s == BL_OK) s = reply_one(call, 201, &object);
  if (s == BL_OK) s = bl_store_object_insert(call->service->store, &object);
  return bl_answered(s);
}

/* --- changing --------------------------------------------------------------
 */

/* What is changed is what is there, not what reads see of it. */
static enum bl_status catch_up(struct bl_call *call, struct bl_object *object) {
  bool found;
  enum bl_status s = bl_store_object_catch_up(call->service->store,
                                              call->scratch, object, &found);
  if (s != BL_OK || found) return s;
  return bl_refuse_call(call, BL_R_NOT_FOUND, call->target_text,
                        (struct bl_text){0});
}

enum bl_status bl_objects_update(struct bl_call *call) {
  struct bl_object object;
  struct bl_value given, before;
  enum bl_status s = bl_objects_find(call, &object);
  if (s == BL_OK) s = catch_up(call, &object);
  if (s == BL_OK) s = read_given(call, true, &given);
  if (s == BL_OK) s = check_uris(call, &object, &given);
  if (s == BL_OK) s = bl_objects_read(call, &object, &before);
  if (s == BL_OK) s = compose(call, &before, &given, &object);
  if (s == BL_OK) bl_reply_empty(call);
  if (s == BL_OK) s = bl_store_object_update(call->service->store, &object);
  return bl_answered(s);
}

/* An application takes its service principal with it, as in its own tenant. */
enum bl_status bl_objects_delete(struct bl_call *call) {
  struct bl_store *store = call->service->store;
  struct bl_object object;
  enum bl_status s = bl_objects_find(call, &object);
  if (s == BL_OK) bl_reply_empty(call);
  if (s == BL_OK)
    s = bl_store_object_delete(store, call->objects->name, object.app_id);
  if (s == BL_OK && call->objects == &bl_application)
    s = bl_store_object_delete(store, bl_service_principal.name, object.app_id);
  return bl_answered(s);
}

/* --- whatever it is --------------------------------------------------------
 */

enum bl_status bl_directory_get(struct bl_call *call) {
  struct bl_store *store = call->service->store;
  struct bl_object object;
  struct bl_row row;
  struct bl_buf b;
  bool policy, other = false;
  enum bl_status s =
      bl_store_find(store, NULL, call->id, call->scratch, &row, &policy);
  if (s == BL_OK && !policy)
    s = bl_store_object_find(store, NULL, call->id, call->scratch, &object,
                             &other);
  if (s != BL_OK) return s;
  if (!policy && !other) return bl_reply_refusal(call, BL_R_NOT_FOUND);
  bl_buf_init(&b, &call->request->arena, BL_MAX_REPLY);
  bl_view_open(&b, call, "directoryObjects", "/$entity");
  if (policy)
    bl_view_policy(&b, call, &row, BL_SHOW_TYPE);
  else
    bl_view_object(&b, call, &object, BL_SHOW_TYPE);
  return bl_reply(call, 200, &b);
}
