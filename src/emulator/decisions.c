#include "decisions.h"

#include <stdio.h>
#include <string.h>

#define A(question, answer, word) word,
#define X(field, NAME, answers, about)                                         \
  static const char *const field##_answers[] = {answers NULL};
BL_DECISION_LIST(X)
#undef X
#undef A

const struct bl_question bl_questions[] = {
#define X(field, NAME, answers, about) {#field, field##_answers, about},
    BL_DECISION_LIST(X)
#undef X
        {NULL, NULL, NULL}};

static const size_t fields[] = {
#define X(field, NAME, answers, about) offsetof(struct bl_decisions, field),
    BL_DECISION_LIST(X)
#undef X
};

/* "a, b, c", cut where there is no room for more. */
static void name(char *list, size_t size, const char *next) {
  size_t len = strlen(list);
  if (len + strlen(next) + 3 > size) return;
  snprintf(list + len, size - len, "%s%s", len > 0 ? ", " : "", next);
}

enum bl_status bl_decide(struct bl_decisions *decisions, const char *question,
                         const char *answer, char reason[BL_REASON]) {
  char list[400] = "";
  size_t i = 0;
  for (; bl_questions[i].name != NULL; i++) {
    if (strcmp(bl_questions[i].name, question) == 0) break;
    name(list, sizeof list, bl_questions[i].name);
  }
  if (bl_questions[i].name == NULL)
    return bl_because(reason, BL_INVALID,
                      "nothing is decided by '%.60s'; there are %s", question,
                      list);
  for (int j = 0; bl_questions[i].answers[j] != NULL; j++) {
    if (strcmp(bl_questions[i].answers[j], answer) == 0) {
      memcpy((char *)decisions + fields[i], &j, sizeof j);
      return BL_OK;
    }
  }
  list[0] = '\0';
  for (int j = 0; bl_questions[i].answers[j] != NULL; j++)
    name(list, sizeof list, bl_questions[i].answers[j]);
  return bl_because(reason, BL_INVALID,
                    "'%.60s' is no answer to '%s'; there are %s", answer,
                    question, list);
}
