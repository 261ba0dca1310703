/* A $filter as words and signs: where its reader stands, and how it fails. For
 * filter*.c alone. */
#ifndef BL_FILTER_WORDS_H
#define BL_FILTER_WORDS_H

#include "filter_inside.h"

/* A lambda's variable, and what it stands for. */
struct bl_filter_variable {
  struct bl_text name;
  const struct bl_entity *complex; /* NULL: a primitive, or an open type */
  const char *type;                /* of a primitive; NULL: anything */
  const struct bl_filter_variable *outer;
};

struct bl_filter_reader {
  struct bl_text text;                     /* the expression */
  const char *at, *end;                    /* what of it is not read yet */
  const struct bl_entity *const *entities; /* two; either may be NULL */
  const char *type;                        /* what messages call them */
  bool advanced; /* ne, not and endswith may be used */
  struct bl_arena *arena;
  struct bl_filter_fault *fault;             /* filled at the first failure */
  const struct bl_filter_variable *variable; /* innermost, or NULL */
  unsigned depth, nodes;
  enum bl_status status; /* the first failure */
};

/* Fails with words, which lie in the arena; NULL: there was no memory for them.
 * Only the first failure counts. */
void bl_filter_fail(struct bl_filter_reader *r, char *words);

/* Fails about a name, for a reason of bl_filter_fault. */
void bl_filter_fail_about(struct bl_filter_reader *r, int why,
                          struct bl_text name);

/* Fails about what stands at a place of the text. */
void bl_filter_fail_syntax(struct bl_filter_reader *r, const char *at);

/* The text for a message, which is cut where it is long; NULL: no memory. */
char *bl_filter_shown(struct bl_filter_reader *r);

void bl_filter_skip_blanks(struct bl_filter_reader *r);

/* The word at the place, which stays there. */
struct bl_text bl_filter_peek(struct bl_filter_reader *r);

/* Takes a word that is a keyword, whatever its case. */
bool bl_filter_take_word(struct bl_filter_reader *r, const char *word);

/* Takes a sign. */
bool bl_filter_take(struct bl_filter_reader *r, char c);

/* Takes a sign that must stand there. */
void bl_filter_expect(struct bl_filter_reader *r, char c);

#endif
