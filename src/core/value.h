/* The value tree: what JSON text and Lua tables become on their way through
 * the core. Items lie in the arena of the call; bytes of texts are borrowed
 * from where they were read (a Lua string, a request) or lie in the arena. */
#ifndef BL_VALUE_H
#define BL_VALUE_H

#include "arena.h"
#include "text.h"

#define BL_MAX_DEPTH 100 /* arrays and objects inside one another */

/* One byte, which keeps an item within a line of the cache. */
enum __attribute__((packed)) bl_type {
  BL_NULL,
  BL_BOOLEAN,
  BL_INTEGER,
  BL_NUMBER, /* finite, and not an integer that int64_t holds */
  BL_STRING,
  BL_ARRAY,
  BL_OBJECT,
  BL_EMPTY,      /* an empty Lua table: array or object, whichever fits */
  BL_UNWRITABLE, /* a Lua value that JSON has no words for */
};

struct bl_value {
  enum bl_type type;
  bool plain;     /* a string known to be plain (scan.h); false: not known */
  uint32_t count; /* items of an array or object */
  const char *at; /* where it begins in the text it was read from, or NULL */
  union {
    bool boolean;
    int64_t integer;
    double number;
    struct bl_text text;   /* BL_STRING: bytes as they are, maybe not UTF-8 */
    struct bl_item *first; /* BL_ARRAY, BL_OBJECT: NULL when empty */
    const char *why;       /* BL_UNWRITABLE: "a function", … (static) */
  } as;
};

/* A member of an object, or an item of an array (then without a key). */
struct bl_item {
  struct bl_item *next;
  struct bl_text key;
  uint32_t key_ahead; /* bytes from where the key begins in the text it was
                         read from to where the value does */
  uint8_t rank;       /* the walk's: its place in the written order */
  bool plain;         /* the key is known to be plain; false: not known */
  struct bl_value value;
};

/* As value.at, of the key. */
static inline const char *bl_key_at(const struct bl_item *item) {
  return item->value.at == NULL ? NULL : item->value.at - item->key_ahead;
}

/* "an object", "a string", …: the type in words. Static. */
const char *bl_type_words(enum bl_type type);

/* A string value that borrows a C string. */
struct bl_value bl_value_string(const char *string);

/* The first member with that key, or NULL; NULL too when it is no object. */
struct bl_item *bl_value_find_text(const struct bl_value *object,
                                   struct bl_text key);

static inline struct bl_item *bl_value_find(const struct bl_value *object,
                                            const char *key) {
  return bl_value_find_text(object, bl_text_of(key));
}

/* Members in the order of their ranks and then of their keys, bytewise; equal
 * ones stay as they stood. */
void bl_value_sort(struct bl_value *object);

/* Leaves of members with one key the last, here and below: what becomes of
 * them in a Lua table. */
void bl_value_drop_repeated(struct bl_value *value);

/* Adds a member (or, with a key without bytes, an item) at the end; the caller
 * fills its value. NULL: no memory. Walks the list: for small objects. */
struct bl_item *bl_value_add_text(struct bl_value *into, struct bl_arena *arena,
                                  struct bl_text key);

/* The same by a C string; NULL: an item. */
static inline struct bl_item *
bl_value_add(struct bl_value *into, struct bl_arena *arena, const char *key) {
  struct bl_text none = {NULL, 0};
  return bl_value_add_text(into, arena, key == NULL ? none : bl_text_of(key));
}

/* Same value: numbers by value, objects whatever the order of their keys,
 * arrays in order, BL_EMPTY like an empty array and an empty object. */
bool bl_value_same(const struct bl_value *a, const struct bl_value *b);

#endif
