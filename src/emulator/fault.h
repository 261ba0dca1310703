/* One rule of trouble: what faults.h describes a line of. */
#ifndef BL_FAULT_H
#define BL_FAULT_H

#include "reason.h"
#include "trouble.h"

#define BL_RULE_WORDS 512 /* bytes of a rule in words */

/* A setting of a rule by name; case, - and _ do not count in it. "method" and
 * "path" are settings too. */
struct bl_setting {
  const char *name, *value; /* value "" or "true": a flag */
};

struct bl_fault {
  char words[BL_RULE_WORDS]; /* as it was given, for people */
  char methods[64];          /* with commas; "*": any */
  char pattern[BL_RULE_WORDS];
  uint64_t count, skip; /* count 0: without end */
  double probability;
  uint64_t seed;
  bool own_seed; /* the rule says its seed */
  struct bl_trouble trouble;
  uint64_t matched, fired; /* requests so far */
};

/* A rule that fits every request, and does nothing to it yet. */
void bl_fault_init(struct bl_fault *r);

/* Sets one of its settings. BL_INVALID: `reason` says what is wrong and what
 * would be right. */
enum bl_status bl_fault_set(struct bl_fault *r, const char *name,
                            const char *value, char reason[BL_REASON]);

/* Reads the rule of these words, in `len` bytes; *empty: there are none. As
 * bl_fault_set. */
enum bl_status bl_fault_read(const char *text, size_t len, struct bl_fault *r,
                             bool *empty, char reason[BL_REASON]);

/* Puts settings into its words, for people. */
void bl_fault_name(struct bl_fault *r, const struct bl_setting *settings,
                   size_t count);

/* Whether its settings mean something together. As bl_fault_set. */
enum bl_status bl_fault_judge(const struct bl_fault *r, char reason[BL_REASON]);

/* Gives it a seed by those of all rules and by its number, unless it has said
 * its own. */
void bl_fault_seed(struct bl_fault *r, uint64_t seed, uint64_t number);

/* Counts the request and says whether the rule fires for it. */
bool bl_fault_fires(struct bl_fault *r, const char *method, const char *path);

#endif
