/* The inside of a filter: for filter*.c alone. */
#ifndef BL_FILTER_INSIDE_H
#define BL_FILTER_INSIDE_H

#include "filter.h"

#define BL_MAX_STEPS 4 /* of a path: api/acceptMappedClaims */

enum bl_filter_op {
  BL_OP_EQ,
  BL_OP_NE,
  BL_OP_GT,
  BL_OP_GE,
  BL_OP_LT,
  BL_OP_LE
};

/* What is compared. */
struct bl_operand {
  enum {
    BL_LITERAL,
    BL_PATH,    /* of the item */
    BL_VARIABLE /* of the lambda around it, `depth` lambdas up */
  } what;
  struct bl_value literal;
  const char *type; /* "Edm.String", …; NULL: anything (null, open types) */
  bool many;        /* a collection */
  struct bl_text steps[BL_MAX_STEPS]; /* of a path; those behind a variable */
  size_t count;
  size_t depth;
};

struct bl_filter {
  enum {
    BL_N_OR,
    BL_N_AND,
    BL_N_NOT,
    BL_N_COMPARE,    /* left op right */
    BL_N_IN,         /* left is one of `items` */
    BL_N_STARTSWITH, /* left, right */
    BL_N_ENDSWITH,
    BL_N_CONTAINS,
    BL_N_ANY, /* of the items of left; without children: whether there is one */
    BL_N_ALL,
    BL_N_ISOF, /* right is the type's name */
    BL_N_TRUTH /* left is true */
  } what;
  enum bl_filter_op op;
  struct bl_operand left, right;
  struct bl_filter *children; /* of OR, AND, NOT, ANY and ALL */
  struct bl_operand *items;   /* of IN */
  size_t count;               /* of IN */
  struct bl_filter *next;     /* beside it */
};

#endif
