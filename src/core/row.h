/* The vocabulary in which `kinds` states what may stand in a definition: a row
 * for each property, a shape for each object, and the walk over them. */
#ifndef BL_ROW_H
#define BL_ROW_H

#include "problem.h"
#include "value.h"

#define BL_MOST_ROWS 64        /* rows of a shape */
#define BL_NO_ROW BL_MOST_ROWS /* the rank of a member without a row */

struct bl_walk;
struct bl_shape;

/* What a string must be beyond a string. */
enum bl_format {
  BL_FREE,     /* any text */
  BL_TIMESPAN, /* min and max are seconds */
  BL_GUID,
  BL_URI,
  BL_DOMAIN,
};

enum bl_field_flag {
  BL_REQUIRED = 1,   /* must be there */
  BL_FILLED = 2,     /* filled in with min when a table leaves it out */
  BL_OR_TEXT = 4,    /* a boolean or integer may also be written as a string */
  BL_AS_TEXT = 8,    /* a boolean that is written as a string: "true" */
  BL_FOLDED = 16,    /* values are compared without regard to case */
  BL_UNORDERED = 32, /* an array that the service treats as a set */
  BL_TRIMMED = 64,   /* a string that blanks at either end would break */
  BL_APART = 128     /* checked by code of its own: the walk leaves it alone */
};

/* One property: a fact in each member, an empty one where nothing is said. */
struct bl_field {
  struct bl_text name; /* the documented spelling, which is written */
  struct bl_text also; /* a second spelling in the service's own pages */
  enum bl_type type;
  unsigned flags; /* bl_field_flag */
  enum bl_format format;
  int64_t min, max; /* of an integer, of a time span in seconds, of a string
                       in bytes, of an array in items; both 0: no limits */
  const struct bl_text *values;      /* the legal texts, ended by one without
                                        bytes */
  const struct bl_text *also_values; /* texts legal beside the format, as
                                        values */
  const struct bl_shape *shape;      /* of an object, or of each item */
  const struct bl_field *item;       /* of an array of scalars: each item */
  const char *fallback;              /* what the service does without it */
  const char *retired;               /* taken, but without effect: why, and what
                                        came in its place */
  const char *doc;                   /* one line for people */
  const char *source;                /* where the service's makers say so */
};

/* An object: its rows, in the order in which they are written, and what no
 * row can say. */
struct bl_shape {
  const struct bl_field *fields;
  unsigned count; /* rows, BL_MOST_ROWS at most */
  void (*rule)(struct bl_walk *walk, const struct bl_path *path,
               const struct bl_value *object); /* or NULL */
};

/* The initializer of a shape whose rows are the array `fields`. */
#define BL_SHAPE(fields, rule)                                                 \
  { fields, sizeof(fields) / sizeof *(fields), rule }

/* One walk over one tree. */
struct bl_walk {
  struct bl_problems *problems;
  bool fill;                /* fill in BL_FILLED fields (a table), or call
                               them missing (a wire text) */
  int organization_default; /* whether the policy is it; -1: no policy around */
};

/* The member of a row in an object that the walk has put in order; NULL: there
 * is none, or it is no object. */
static inline const struct bl_item *bl_member(const struct bl_value *object,
                                              unsigned row) {
  const struct bl_item *i = object->type == BL_OBJECT ? object->as.first : NULL;
  while (i != NULL && i->rank < row) i = i->next;
  return i != NULL && i->rank == row ? i : NULL;
}

/* The same, when it is of that type. */
static inline const struct bl_value *
bl_member_of_type(const struct bl_value *object, unsigned row,
                  enum bl_type type) {
  const struct bl_item *item = bl_member(object, row);
  return item == NULL || item->value.type != type ? NULL : &item->value;
}

#endif
