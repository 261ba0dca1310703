#include "fault.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mishaps.h"

#define MAX_MS 3600000    /* an hour; no test waits longer */
#define MAX_OFF (1 << 24) /* bytes that Content-Length may be wrong by */

/* --- values -------------------------------------------------------------- */

static bool read_number(const char *text, uint64_t max, uint64_t *out) {
  char *end;
  if (!isdigit((unsigned char)*text)) return false;
  errno = 0;
  unsigned long long n = strtoull(text, &end, 10);
  if (errno != 0 || *end != '\0' || n > max) return false;
  *out = n;
  return true;
}

static bool read_ms(const char *text, unsigned *out) {
  uint64_t n = 0;
  bool fine = read_number(text, MAX_MS, &n);
  *out = (unsigned)n;
  return fine;
}

/* Which of some words it is, or -1. */
static int which(const char *text, const char *const *words) {
  for (int i = 0; words[i] != NULL; i++)
    if (strcasecmp(text, words[i]) == 0) return i;
  return -1;
}

static bool copy(char *to, size_t size, const char *text) {
  size_t len = strlen(text);
  if (len == 0 || len >= size) return false;
  memcpy(to, text, len + 1);
  return true;
}

/* --- settings ------------------------------------------------------------ */

typedef bool set(struct bl_fault *r, const char *value);

static bool set_methods(struct bl_fault *r, const char *value) {
  for (const char *c = value; *c != '\0'; c++)
    if (!isalpha((unsigned char)*c) && *c != ',' && *c != '*') return false;
  return copy(r->methods, sizeof r->methods, value);
}

static bool set_path(struct bl_fault *r, const char *value) {
  return (*value == '/' || *value == '*') &&
         copy(r->pattern, sizeof r->pattern, value);
}

static bool set_count(struct bl_fault *r, const char *value) {
  return read_number(value, UINT64_MAX, &r->count) && r->count > 0;
}

static bool set_skip(struct bl_fault *r, const char *value) {
  return read_number(value, UINT64_MAX, &r->skip);
}

static bool set_probability(struct bl_fault *r, const char *value) {
  char *end;
  r->probability = strtod(value, &end);
  return end != value && *end == '\0' && r->probability >= 0 &&
         r->probability <= 1;
}

static bool set_seed(struct bl_fault *r, const char *value) {
  r->own_seed = true;
  return read_number(value, UINT64_MAX, &r->seed);
}

static bool set_status(struct bl_fault *r, const char *value) {
  uint64_t n = 0;
  bool fine = read_number(value, 599, &n) && n >= 200;
  r->trouble.status = (unsigned)n;
  return fine;
}

static bool set_code(struct bl_fault *r, const char *value) {
  const struct bl_mishap *mishap = bl_mishap_of_code(value);
  if (mishap == NULL) return false;
  r->trouble.code = mishap->code;
  r->trouble.message = mishap->message;
  if (r->trouble.status == 0) r->trouble.status = mishap->status;
  return true;
}

static bool is_flag(const char *value) {
  return *value == '\0' || strcasecmp(value, "true") == 0;
}

static bool set_applied(struct bl_fault *r, const char *value) {
  r->trouble.applied = true;
  return is_flag(value);
}

static bool set_expired_token(struct bl_fault *r, const char *value) {
  r->trouble.status = 401;
  return is_flag(value);
}

/* Any value that a header can hold, so that wrong ones can be tried too. */
static bool set_retry_after(struct bl_fault *r, const char *value) {
  uint64_t seconds = 0;
  if (strncasecmp(value, "date+", 5) == 0) {
    bool fine = read_number(value + 5, MAX_MS / 1000, &seconds);
    r->trouble.retry_date_ms = (int64_t)seconds * 1000;
    return fine;
  }
  for (const char *c = value; *c != '\0'; c++)
    if (*c < ' ' || *c > '~') return false;
  return copy(r->trouble.retry_after, sizeof r->trouble.retry_after, value);
}

static bool set_delay(struct bl_fault *r, const char *value) {
  return read_ms(value, &r->trouble.delay_ms);
}

static bool set_cut(struct bl_fault *r, const char *value) {
  static const char *const words[] = {"before", "after", NULL};
  int i = which(value, words);
  r->trouble.cut = (enum bl_cut)(i + 1);
  return i >= 0;
}

static bool set_how(struct bl_fault *r, const char *value) {
  static const char *const words[] = {"close", "reset", "half", NULL};
  int i = which(value, words);
  r->trouble.cut_how = (enum bl_cut_how)i;
  return i >= 0;
}

static bool set_body(struct bl_fault *r, const char *value) {
  static const char *const words[] = {
      "empty", "malformed", "truncated", "html", "bom", "lower-inner", NULL};
  int i = which(value, words);
  r->trouble.garble = (enum bl_garble)(i + 1);
  return i >= 0;
}

static bool set_slow(struct bl_fault *r, const char *value) {
  return read_ms(value, &r->trouble.slow_ms);
}

static bool set_length(struct bl_fault *r, const char *value) {
  uint64_t n = 0;
  bool less = *value == '-';
  bool fine = read_number(value + (less || *value == '+'), MAX_OFF, &n);
  r->trouble.length_off = less ? -(int)n : (int)n;
  return fine && n > 0;
}

static bool set_lag(struct bl_fault *r, const char *value) {
  return read_ms(value, &r->trouble.lag_ms);
}

static bool set_page(struct bl_fault *r, const char *value) {
  uint64_t n = 0;
  bool fine = read_number(value, 1000000, &n) && n > 0;
  r->trouble.page = (unsigned)n;
  return fine;
}

/* clang-format off */
static const struct {
  const char *name;
  set *set;
  const char *due; /* what its value may be */
} known[] = {
  { "method",        set_methods,       "methods with commas between, or *" },
  { "path",          set_path,          "a path with / at its beginning; * and ** stand for anything" },
  { "count",         set_count,         "a whole number from 1 on" },
  { "skip",          set_skip,          "a whole number" },
  { "probability",   set_probability,   "a number from 0 to 1" },
  { "seed",          set_seed,          "a whole number" },
  { "status",        set_status,        "a status from 200 to 599" },
  { "code",          set_code,          "a code that Graph documents, such as TooManyRequests" },
  { "applied",       set_applied,       "nothing" },
  { "expired-token", set_expired_token, "nothing" },
  { "retry-after",   set_retry_after,   "seconds such as 2 or 2.5, or date+SECONDS" },
  { "delay",         set_delay,         "milliseconds, up to 3600000" },
  { "cut",           set_cut,           "before or after" },
  { "how",           set_how,           "close, reset or half" },
  { "body",          set_body,          "empty, malformed, truncated, html, bom or lower-inner" },
  { "slow",          set_slow,          "milliseconds, up to 3600000" },
  { "length",        set_length,        "bytes too many, or too few with a -" },
  { "lag",           set_lag,           "milliseconds, up to 3600000" },
  { "page",          set_page,          "a whole number from 1 on" },
};
/* clang-format on */
#define KNOWN (sizeof known / sizeof *known)

/* Whether names are the same but for case, - and _. */
static bool same_name(const char *a, const char *b) {
  for (;; a++, b++) {
    while (*a == '-' || *a == '_') a++;
    while (*b == '-' || *b == '_') b++;
    if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
    if (*a == '\0') return true;
  }
}

static enum bl_status unknown(const char *name, char reason[BL_REASON]) {
  char names[256] = "";
  for (size_t i = 0, at = 0; i < KNOWN; i++) {
    int wrote = snprintf(names + at, sizeof names - at, "%s%s",
                         i == 0 ? "" : ", ", known[i].name);
    at += (size_t)wrote;
  }
  return bl_because(reason, BL_INVALID,
                    "a rule has no setting '%.100s'; there are %s", name,
                    names);
}

enum bl_status bl_fault_set(struct bl_fault *r, const char *name,
                            const char *value, char reason[BL_REASON]) {
  for (size_t i = 0; i < KNOWN; i++) {
    if (!same_name(known[i].name, name)) continue;
    if (known[i].set(r, value)) return BL_OK;
    return bl_because(reason, BL_INVALID,
                      "'%.100s' is no value for %s of a rule: %s is due", value,
                      known[i].name, known[i].due);
  }
  return unknown(name, reason);
}

/* --- a rule -------------------------------------------------------------- */

void bl_fault_init(struct bl_fault *r) {
  memset(r, 0, sizeof *r);
  memcpy(r->methods, "*", 2);
  memcpy(r->pattern, "**", 3);
  r->probability = 1;
  r->trouble.retry_date_ms = -1;
}

enum bl_status bl_fault_judge(const struct bl_fault *r,
                              char reason[BL_REASON]) {
  const struct bl_trouble *t = &r->trouble;
  if (t->cut_how != BL_CUT_CLOSE && t->cut == BL_CUT_NONE)
    return bl_because(reason, BL_INVALID,
                      "a rule with how needs cut=before or cut=after: %s",
                      r->words);
  if (t->applied && t->status == 0)
    return bl_because(reason, BL_INVALID,
                      "a rule with applied needs status: %s", r->words);
  bool any = t->status != 0 || t->delay_ms != 0 || t->cut != BL_CUT_NONE ||
             t->garble != BL_WHOLE || t->slow_ms != 0 || t->length_off != 0 ||
             t->lag_ms != 0 || t->page != 0 || *t->retry_after != '\0' ||
             t->retry_date_ms >= 0;
  if (any) return BL_OK;
  return bl_because(reason, BL_INVALID,
                    "a rule makes no trouble; add status, cut, delay or the "
                    "like: %s",
                    *r->words == '\0' ? "(nothing)" : r->words);
}

/* A number that looks like any other, and that only its arguments decide.
 * Source: splitmix64, Steele, Lea, Flood: Fast splittable generators. */
static uint64_t mix(uint64_t seed, uint64_t n) {
  uint64_t z = seed + (n + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

void bl_fault_seed(struct bl_fault *r, uint64_t seed, uint64_t number) {
  if (!r->own_seed) r->seed = mix(seed, number);
}

/* Whether the rule fires for its nth request. */
static bool draw(const struct bl_fault *r, uint64_t n) {
  if (r->probability >= 1) return true;
  return (double)(mix(r->seed, n) >> 11) * 0x1p-53 < r->probability;
}

/* Whether the path fits: * is any part of a segment, ** anything. */
static bool fits(const char *pattern, const char *path) {
  for (; *pattern != '*'; pattern++, path++) {
    if (tolower((unsigned char)*pattern) != tolower((unsigned char)*path))
      return false;
    if (*pattern == '\0') return true;
  }
  bool deep = pattern[1] == '*';
  pattern += strspn(pattern, "*");
  if (*pattern == '\0' && deep) return true;
  for (;; path++) {
    if (fits(pattern, path)) return true;
    if (*path == '\0' || (*path == '/' && !deep)) return false;
  }
}

static bool has_method(const char *methods, const char *method) {
  size_t len = strlen(method);
  for (const char *m = methods;; m++) {
    size_t n = strcspn(m, ",");
    if ((n == 1 && *m == '*') || (n == len && strncasecmp(m, method, n) == 0))
      return true;
    m += n;
    if (*m == '\0') return false;
  }
}

/* One word of a rule: a method, a path, or a setting. */
static enum bl_status read_word(struct bl_fault *r, char *word,
                                char reason[BL_REASON]) {
  char *equals = strchr(word, '=');
  if (*word == '/') return bl_fault_set(r, "path", word, reason);
  if (equals == NULL && strpbrk(word, "abcdefghijklmnopqrstuvwxyz") == NULL)
    return bl_fault_set(r, "method", word, reason);
  if (equals != NULL) *equals = '\0';
  return bl_fault_set(r, word, equals == NULL ? "" : equals + 1, reason);
}

enum bl_status bl_fault_read(const char *text, size_t len, struct bl_fault *r,
                             bool *empty, char reason[BL_REASON]) {
  static const char blanks[] = " \t\r";
  char line[BL_RULE_WORDS], *rest;
  bl_fault_init(r);
  while (len > 0 && strchr(blanks, *text) != NULL) text++, len--;
  while (len > 0 && strchr(blanks, text[len - 1]) != NULL) len--;
  *empty = len == 0;
  if (len >= sizeof line)
    return bl_because(reason, BL_INVALID,
                      "a rule is longer than %d bytes: %.60s",
                      BL_RULE_WORDS - 1, text);
  memcpy(line, text, len);
  line[len] = '\0';
  memcpy(r->words, line, len + 1);
  enum bl_status s = BL_OK;
  for (char *word = strtok_r(line, blanks, &rest); word != NULL && s == BL_OK;
       word = strtok_r(NULL, blanks, &rest))
    s = read_word(r, word, reason);
  return s;
}

void bl_fault_name(struct bl_fault *r, const struct bl_setting *settings,
                   size_t count) {
  size_t at = 0;
  for (size_t i = 0; i < count && at < sizeof r->words - 1; i++) {
    bool bare = same_name(settings[i].name, "method") ||
                same_name(settings[i].name, "path");
    bool flag = is_flag(settings[i].value);
    int wrote =
        snprintf(r->words + at, sizeof r->words - at, "%s%s%s%s",
                 at == 0 ? "" : " ", bare ? "" : settings[i].name,
                 bare || flag ? "" : "=", flag ? "" : settings[i].value);
    at += wrote < 0 ? 0 : (size_t)wrote;
  }
}

bool bl_fault_fires(struct bl_fault *r, const char *method, const char *path) {
  if (!has_method(r->methods, method) || !fits(r->pattern, path)) return false;
  uint64_t n = r->matched++;
  if (n < r->skip || (r->count > 0 && r->fired >= r->count) || !draw(r, n))
    return false;
  r->fired++;
  return true;
}
