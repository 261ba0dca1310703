/* A set of names, the case of ASCII letters not counting: who refers to whom
 * is settled in one pass, however long the lists are. */
#ifndef BL_NAMES_H
#define BL_NAMES_H

#include "arena.h"
#include "text.h"

struct bl_name {
  struct bl_text text; /* bytes NULL: the slot is free */
  uint64_t hash;
};

struct bl_names {
  struct bl_name *slots; /* NULL: an empty set */
  size_t mask;           /* slots less one */
};

/* An empty set for at most `most` names. False: no memory; it is then a set
 * that stays empty. */
bool bl_names_init(struct bl_names *names, struct bl_arena *arena, size_t most);

/* Adds a name; false: it was there already. */
bool bl_names_add(struct bl_names *names, struct bl_text name);

bool bl_names_have(const struct bl_names *names, struct bl_text name);

#endif
