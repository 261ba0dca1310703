#include "answer_shelf.h"

#include <stdlib.h>

#define PLACES 64 /* a body's length modulo this is its place */
#define MOST 256  /* responses; when there are more, it begins anew */

struct bl_shelf {
  size_t count;
  struct bl_shelved *places[PLACES]; /* lists, the latest first */
};

struct bl_shelf *bl_shelf_new(void) {
  return calloc(1, sizeof(struct bl_shelf));
}

static struct bl_shelved *pop(struct bl_shelf *shelf,
                              struct bl_shelved **place) {
  struct bl_shelved *first = *place;
  *place = first->next;
  shelf->count--;
  return first;
}

static void empty(struct bl_shelf *shelf) {
  for (size_t i = 0; i < PLACES; i++)
    while (shelf->places[i] != NULL)
      bl_shelved_free(pop(shelf, &shelf->places[i]));
}

void bl_shelf_free(struct bl_shelf *shelf) {
  if (shelf == NULL) return;
  empty(shelf);
  free(shelf);
}

struct bl_shelved *bl_shelf_take(struct bl_shelf *shelf, const char *type,
                                 size_t len) {
  struct bl_shelved **place = &shelf->places[len % PLACES];
  while (*place != NULL && ((*place)->len != len || (*place)->type != type))
    place = &(*place)->next;
  return *place == NULL ? NULL : pop(shelf, place);
}

struct bl_shelved *bl_shelf_make(const char *type, size_t len) {
  struct bl_shelved *shelved = malloc(sizeof *shelved + len);
  if (shelved == NULL) return NULL;
  shelved->type = type;
  shelved->len = len;
  shelved->response = MHD_create_response_from_buffer(len, shelved->body,
                                                      MHD_RESPMEM_PERSISTENT);
  if (shelved->response != NULL &&
      (type == NULL ||
       MHD_add_response_header(shelved->response, "Content-Type", type)))
    return shelved;
  bl_shelved_free(shelved);
  return NULL;
}

void bl_shelf_give(struct bl_shelf *shelf, struct bl_shelved *shelved) {
  struct bl_shelved **place = &shelf->places[shelved->len % PLACES];
  if (shelf->count == MOST) empty(shelf);
  shelved->next = *place;
  *place = shelved;
  shelf->count++;
}

void bl_shelved_free(struct bl_shelved *shelved) {
  if (shelved == NULL) return;
  if (shelved->response != NULL) MHD_destroy_response(shelved->response);
  free(shelved);
}

bool bl_shelved_set(struct bl_shelved *shelved, const char *name,
                    const char *value) {
  const char *old = MHD_get_response_header(shelved->response, name);
  if (old != NULL) MHD_del_response_header(shelved->response, name, old);
  return value == NULL ||
         MHD_add_response_header(shelved->response, name, value);
}
