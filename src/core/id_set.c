#include "id_set.h"

#include "guid.h"

#define FIRST 64 /* places at first; half of them are used at most */

void bl_id_set_init(struct bl_id_set *set, bl_alloc *alloc, void *ud) {
  *set = (struct bl_id_set){.alloc = alloc, .ud = ud};
}

static void free_table(struct bl_id_set *set, struct bl_id_table *table) {
  if (table->at != NULL)
    set->alloc(set->ud, table->at, table->cap * sizeof(table->at[0]), 0);
  *table = (struct bl_id_table){NULL, 0, 0};
}

void bl_id_set_free(struct bl_id_set *set) {
  free_table(set, &set->young);
  free_table(set, &set->old);
}

/* FNV-1a. */
static uint64_t hash_of(struct bl_text id) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < id.len; i++)
    hash = (hash ^ (unsigned char)id.bytes[i]) * 1099511628211u;
  return hash;
}

static uint64_t number_of(struct bl_text id) {
  uint8_t bytes[BL_GUID_BYTES];
  uint64_t number = 0;
  if (!bl_guid_read(id, bytes))
    number = hash_of(id);
  else
    for (size_t i = BL_GUID_BYTES - 8; i < BL_GUID_BYTES; i++)
      number = number << 8 | bytes[i];
  return number == 0 ? 1 : number;
}

/* The place of a number, or the free one where it would be. */
static uint64_t *place_of(const struct bl_id_table *table, uint64_t number) {
  size_t i = (size_t)(number * 0x9e3779b97f4a7c15u >> 32) & (table->cap - 1);
  while (table->at[i] != 0 && table->at[i] != number)
    i = (i + 1) & (table->cap - 1);
  return &table->at[i];
}

static bool has(const struct bl_id_table *table, uint64_t number) {
  return table->cap > 0 && *place_of(table, number) != 0;
}

/* Gives the table twice as many places. */
static bool grow(struct bl_id_set *set, struct bl_id_table *table) {
  struct bl_id_table wider = {NULL, table->cap == 0 ? FIRST : 2 * table->cap,
                              table->count};
  wider.at = set->alloc(set->ud, NULL, 0, wider.cap * sizeof(wider.at[0]));
  if (wider.at == NULL) return false;
  for (size_t i = 0; i < wider.cap; i++) wider.at[i] = 0;
  for (size_t i = 0; i < table->cap; i++)
    if (table->at[i] != 0) *place_of(&wider, table->at[i]) = table->at[i];
  free_table(set, table);
  *table = wider;
  return true;
}

bool bl_id_set_add(struct bl_id_set *set, struct bl_text id) {
  struct bl_id_table *young = &set->young;
  uint64_t number = number_of(id);
  if (has(young, number)) return true;
  if (young->count == BL_ID_SET_LEAST) {
    free_table(set, &set->old);
    set->old = *young;
    *young = (struct bl_id_table){NULL, 0, 0};
  }
  if (2 * (young->count + 1) > young->cap && !grow(set, young)) return false;
  *place_of(young, number) = number;
  young->count++;
  return true;
}

bool bl_id_set_has(const struct bl_id_set *set, struct bl_text id) {
  uint64_t number = number_of(id);
  return has(&set->young, number) || has(&set->old, number);
}
