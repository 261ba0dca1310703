/* The vocabulary in which `kinds` states what may stand in a definition, and
 * the walk that holds a value tree against it. The walk knows no names. */
#ifndef BL_SCHEMA_H
#define BL_SCHEMA_H

#include "problem.h"
#include "value.h"

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
  const char *name; /* the documented spelling, which is written */
  const char *also; /* a second spelling in the service's own pages */
  enum bl_type type;
  unsigned flags; /* bl_field_flag */
  enum bl_format format;
  int64_t min, max; /* of an integer, of a time span in seconds, of a string
                       in bytes, of an array in items; both 0: no limits */
  const char *const *values;      /* the legal texts, NULL-ended */
  const char *const *also_values; /* texts legal beside the format, as values */
  const struct bl_shape *shape;   /* of an object, or of each item */
  const struct bl_field *item;    /* of an array of scalars: each item */
  const char *fallback;           /* what the service does without it */
  const char *retired;            /* taken, but without effect: why, and what
                                     came in its place */
  const char *doc;                /* one line for people */
  const char *source;             /* where the service's makers say so */
};

/* An object: its rows, in the order in which they are written, and what no
 * row can say. */
struct bl_shape {
  const struct bl_field *fields; /* ends with a row without a name */
  void (*rule)(struct bl_walk *walk, const struct bl_path *path,
               const struct bl_value *object); /* or NULL */
};

/* One walk over one tree. */
struct bl_walk {
  struct bl_problems *problems;
  bool fill;                /* fill in BL_FILLED fields (a table), or call
                               them missing (a wire text) */
  int organization_default; /* whether the policy is it; -1: no policy around */
};

/* The row that a key belongs to, by either spelling; NULL: none. */
const struct bl_field *bl_schema_field(const struct bl_shape *shape,
                                       struct bl_text key);

/* Checks a value against a shape, gathering every problem, and makes the tree
 * ready to be written: members in the order of the rows and then by name,
 * documented spellings, filled fields. `path` is the object's own. */
void bl_schema_check(struct bl_walk *walk, const struct bl_path *path,
                     const struct bl_shape *shape, struct bl_value *value);

/* Same meaning under a shape: members in any order and by either spelling,
 * spans by their length, true like "true" and values in another case where
 * the row allows it, unordered arrays as sets, a filled field like its
 * absence. What no row describes must be the same value. */
bool bl_schema_same(const struct bl_shape *shape, const struct bl_value *a,
                    const struct bl_value *b);

/* Checks what no rows describe: that it can be written. */
void bl_schema_check_any(struct bl_walk *walk, const struct bl_path *path,
                         struct bl_value *value);

#endif
