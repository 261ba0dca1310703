#include "faults.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/json_write.h"
#include "mishaps.h"

#define MAX_WORDS 512     /* bytes of a rule in words */
#define MAX_MS 3600000    /* an hour; no test waits longer */
#define MAX_OFF (1 << 24) /* bytes that Content-Length may be wrong by */

struct rule {
  char words[MAX_WORDS]; /* as it was given, for people */
  char methods[64];      /* with commas; "*": any */
  char pattern[MAX_WORDS];
  uint64_t count, skip; /* count 0: without end */
  double probability;
  uint64_t seed;
  bool own_seed;
  struct bl_trouble trouble;
  uint64_t matched, fired;
};

struct bl_faults {
  pthread_mutex_t lock;
  uint64_t seed;
  size_t count, room;
  struct rule *rules;
};

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

typedef bool set(struct rule *r, const char *value);

static bool set_methods(struct rule *r, const char *value) {
  for (const char *c = value; *c != '\0'; c++)
    if (!isalpha((unsigned char)*c) && *c != ',' && *c != '*') return false;
  return copy(r->methods, sizeof r->methods, value);
}

static bool set_path(struct rule *r, const char *value) {
  return (*value == '/' || *value == '*') &&
         copy(r->pattern, sizeof r->pattern, value);
}

static bool set_count(struct rule *r, const char *value) {
  return read_number(value, UINT64_MAX, &r->count) && r->count > 0;
}

static bool set_skip(struct rule *r, const char *value) {
  return read_number(value, UINT64_MAX, &r->skip);
}

static bool set_probability(struct rule *r, const char *value) {
  char *end;
  r->probability = strtod(value, &end);
  return end != value && *end == '\0' && r->probability >= 0 &&
         r->probability <= 1;
}

static bool set_seed(struct rule *r, const char *value) {
  r->own_seed = true;
  return read_number(value, UINT64_MAX, &r->seed);
}

static bool set_status(struct rule *r, const char *value) {
  uint64_t n = 0;
  bool fine = read_number(value, 599, &n) && n >= 200;
  r->trouble.status = (unsigned)n;
  return fine;
}

static bool set_code(struct rule *r, const char *value) {
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

static bool set_applied(struct rule *r, const char *value) {
  r->trouble.applied = true;
  return is_flag(value);
}

static bool set_expired_token(struct rule *r, const char *value) {
  r->trouble.status = 401;
  return is_flag(value);
}

/* Any value that a header can hold, so that wrong ones can be tried too. */
static bool set_retry_after(struct rule *r, const char *value) {
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

static bool set_delay(struct rule *r, const char *value) {
  return read_ms(value, &r->trouble.delay_ms);
}

static bool set_cut(struct rule *r, const char *value) {
  static const char *const words[] = {"before", "after", NULL};
  int i = which(value, words);
  r->trouble.cut = (enum bl_cut)(i + 1);
  return i >= 0;
}

static bool set_how(struct rule *r, const char *value) {
  static const char *const words[] = {"close", "reset", "half", NULL};
  int i = which(value, words);
  r->trouble.cut_how = (enum bl_cut_how)i;
  return i >= 0;
}

static bool set_body(struct rule *r, const char *value) {
  static const char *const words[] = {
      "empty", "malformed", "truncated", "html", "bom", "lower-inner", NULL};
  int i = which(value, words);
  r->trouble.garble = (enum bl_garble)(i + 1);
  return i >= 0;
}

static bool set_slow(struct rule *r, const char *value) {
  return read_ms(value, &r->trouble.slow_ms);
}

static bool set_length(struct rule *r, const char *value) {
  uint64_t n = 0;
  bool less = *value == '-';
  bool fine = read_number(value + (less || *value == '+'), MAX_OFF, &n);
  r->trouble.length_off = less ? -(int)n : (int)n;
  return fine && n > 0;
}

static bool set_lag(struct rule *r, const char *value) {
  return read_ms(value, &r->trouble.lag_ms);
}

static bool set_page(struct rule *r, const char *value) {
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

static enum bl_status apply(struct rule *r, const char *name, const char *value,
                            char reason[BL_REASON]) {
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

static void rule_init(struct rule *r) {
  memset(r, 0, sizeof *r);
  memcpy(r->methods, "*", 2);
  memcpy(r->pattern, "**", 3);
  r->probability = 1;
  r->trouble.retry_date_ms = -1;
}

/* Settings that mean nothing without one another. */
static enum bl_status judge(const struct rule *r, char reason[BL_REASON]) {
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

/* Whether the rule fires for its nth request. */
static bool draw(const struct rule *r, uint64_t n) {
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

/* --- rules --------------------------------------------------------------- */

struct bl_faults *bl_faults_new(uint64_t seed) {
  struct bl_faults *f = calloc(1, sizeof *f);
  if (f == NULL) return NULL;
  f->seed = seed;
  pthread_mutex_init(&f->lock, NULL);
  return f;
}

void bl_faults_free(struct bl_faults *f) {
  if (f == NULL) return;
  pthread_mutex_destroy(&f->lock);
  free(f->rules);
  free(f);
}

/* Judges and adds it. */
static enum bl_status append(struct bl_faults *f, struct rule *r,
                             char reason[BL_REASON]) {
  enum bl_status s = judge(r, reason);
  if (s != BL_OK) return s;
  if (f->count == BL_MAX_RULES)
    return bl_because(reason, BL_INVALID,
                      "there are %d rules, and no more can "
                      "be added",
                      BL_MAX_RULES);
  if (f->count == f->room) {
    size_t room = f->room == 0 ? 4 : 2 * f->room;
    struct rule *rules = realloc(f->rules, room * sizeof *rules);
    if (rules == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
    f->rules = rules;
    f->room = room;
  }
  if (!r->own_seed) r->seed = mix(f->seed, f->count);
  r->trouble.rule = (unsigned)f->count + 1;
  f->rules[f->count++] = *r;
  return BL_OK;
}

/* One word of a rule: a method, a path, or a setting. */
static enum bl_status read_word(struct rule *r, char *word,
                                char reason[BL_REASON]) {
  char *equals = strchr(word, '=');
  if (*word == '/') return apply(r, "path", word, reason);
  if (equals == NULL && strpbrk(word, "abcdefghijklmnopqrstuvwxyz") == NULL)
    return apply(r, "method", word, reason);
  if (equals != NULL) *equals = '\0';
  return apply(r, word, equals == NULL ? "" : equals + 1, reason);
}

/* Reads the rule of these words; *empty: there are none. */
static enum bl_status read_rule(const char *text, size_t len, struct rule *r,
                                bool *empty, char reason[BL_REASON]) {
  static const char blanks[] = " \t\r";
  char line[MAX_WORDS], *rest;
  rule_init(r);
  while (len > 0 && strchr(blanks, *text) != NULL) text++, len--;
  while (len > 0 && strchr(blanks, text[len - 1]) != NULL) len--;
  *empty = len == 0;
  if (len >= sizeof line)
    return bl_because(reason, BL_INVALID,
                      "a rule is longer than %d bytes: %.60s", MAX_WORDS - 1,
                      text);
  memcpy(line, text, len);
  line[len] = '\0';
  memcpy(r->words, line, len + 1);
  enum bl_status s = BL_OK;
  for (char *word = strtok_r(line, blanks, &rest); word != NULL && s == BL_OK;
       word = strtok_r(NULL, blanks, &rest))
    s = read_word(r, word, reason);
  return s;
}

enum bl_status bl_faults_add(struct bl_faults *f, const char *spec,
                             char reason[BL_REASON]) {
  enum bl_status s = BL_OK;
  pthread_mutex_lock(&f->lock);
  size_t before = f->count;
  while (*spec != '\0' && s == BL_OK) {
    struct rule r;
    bool empty;
    size_t len = strcspn(spec, ";\n");
    s = read_rule(spec, len, &r, &empty, reason);
    if (s == BL_OK && !empty) s = append(f, &r, reason);
    spec += len;
    spec += *spec != '\0';
  }
  if (s != BL_OK) f->count = before;
  pthread_mutex_unlock(&f->lock);
  return s;
}

/* The rule in words, for the list. */
static void name_rule(struct rule *r, const struct bl_setting *settings,
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

enum bl_status bl_faults_add_rule(struct bl_faults *f,
                                  const struct bl_setting *settings,
                                  size_t count, char reason[BL_REASON]) {
  struct rule r;
  enum bl_status s = BL_OK;
  rule_init(&r);
  for (size_t i = 0; i < count && s == BL_OK; i++)
    s = apply(&r, settings[i].name, settings[i].value, reason);
  name_rule(&r, settings, count);
  if (s != BL_OK) return s;
  pthread_mutex_lock(&f->lock);
  s = append(f, &r, reason);
  pthread_mutex_unlock(&f->lock);
  return s;
}

void bl_faults_clear(struct bl_faults *f) {
  pthread_mutex_lock(&f->lock);
  f->count = 0;
  pthread_mutex_unlock(&f->lock);
}

/* Counts the request and says whether the rule fires for it. */
static bool fires(struct rule *r, const char *method, const char *path) {
  if (!has_method(r->methods, method) || !fits(r->pattern, path)) return false;
  uint64_t n = r->matched++;
  if (n < r->skip || (r->count > 0 && r->fired >= r->count) || !draw(r, n))
    return false;
  r->fired++;
  return true;
}

void bl_faults_choose(struct bl_faults *f, const char *method, const char *path,
                      struct bl_trouble *out) {
  if (out->chosen) return;
  pthread_mutex_lock(&f->lock);
  for (size_t i = 0; i < f->count; i++) {
    if (!fires(&f->rules[i], method, path)) continue;
    *out = f->rules[i].trouble;
    break;
  }
  pthread_mutex_unlock(&f->lock);
  out->chosen = true;
}

void bl_faults_list(struct bl_faults *f, struct bl_buf *b) {
  pthread_mutex_lock(&f->lock);
  bl_buf_char(b, '[');
  for (size_t i = 0; i < f->count; i++) {
    const struct rule *r = &f->rules[i];
    char counts[96];
    snprintf(counts, sizeof counts, ",\"fitted\":%llu,\"fired\":%llu}",
             (unsigned long long)r->matched, (unsigned long long)r->fired);
    bl_buf_text(b, i == 0 ? "{\"rule\":" : ",{\"rule\":");
    bl_json_write_string(b, bl_text_of(r->words), BL_PLAIN);
    bl_buf_text(b, counts);
  }
  bl_buf_char(b, ']');
  pthread_mutex_unlock(&f->lock);
}
