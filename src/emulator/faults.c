#include "faults.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_write.h"
#include "fault.h"

struct bl_faults {
  pthread_mutex_t lock;
  uint64_t seed;
  size_t count, room;
  struct bl_fault *rules;
};

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
static enum bl_status append(struct bl_faults *f, struct bl_fault *r,
                             char reason[BL_REASON]) {
  enum bl_status s = bl_fault_judge(r, reason);
  if (s != BL_OK) return s;
  if (f->count == BL_MAX_RULES)
    return bl_because(reason, BL_INVALID,
                      "there are %d rules, and no more can "
                      "be added",
                      BL_MAX_RULES);
  if (f->count == f->room) {
    size_t room = f->room == 0 ? 4 : 2 * f->room;
    struct bl_fault *rules = realloc(f->rules, room * sizeof *rules);
    if (rules == NULL) return bl_because(reason, BL_NOMEM, "out of memory");
    f->rules = rules;
    f->room = room;
  }
  bl_fault_seed(r, f->seed, f->count);
  r->trouble.rule = (unsigned)f->count + 1;
  f->rules[f->count++] = *r;
  return BL_OK;
}

enum bl_status bl_faults_add(struct bl_faults *f, const char *spec,
                             char reason[BL_REASON]) {
  enum bl_status s = BL_OK;
  pthread_mutex_lock(&f->lock);
  size_t before = f->count;
  while (*spec != '\0' && s == BL_OK) {
    struct bl_fault r;
    bool empty;
    size_t len = strcspn(spec, ";\n");
    s = bl_fault_read(spec, len, &r, &empty, reason);
    if (s == BL_OK && !empty) s = append(f, &r, reason);
    spec += len;
    spec += *spec != '\0';
  }
  if (s != BL_OK) f->count = before;
  pthread_mutex_unlock(&f->lock);
  return s;
}

enum bl_status bl_faults_add_rule(struct bl_faults *f,
                                  const struct bl_setting *settings,
                                  size_t count, char reason[BL_REASON]) {
  struct bl_fault r;
  enum bl_status s = BL_OK;
  bl_fault_init(&r);
  for (size_t i = 0; i < count && s == BL_OK; i++)
    s = bl_fault_set(&r, settings[i].name, settings[i].value, reason);
  bl_fault_name(&r, settings, count);
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

void bl_faults_choose(struct bl_faults *f, const char *method, const char *path,
                      struct bl_trouble *out) {
  if (out->chosen) return;
  pthread_mutex_lock(&f->lock);
  for (size_t i = 0; i < f->count; i++) {
    if (!bl_fault_fires(&f->rules[i], method, path)) continue;
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
    const struct bl_fault *r = &f->rules[i];
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
