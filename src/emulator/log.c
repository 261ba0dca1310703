#include "log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/format.h"
#include "core/json_write.h"
#include "segments.h"

#define ROOM ((size_t)1 << 20) /* bytes of the ring */
#define MAX_PATH 2048          /* bytes kept of a path */
#define MAX_KEPT 4096          /* bytes kept of a body */

/* Behind each head: method, path, client's id and body, without their ends. */
struct head {
  size_t size; /* bytes to the next head; 0: that is at the ring's beginning */
  int64_t at_ms;
  unsigned status, rule;
  uint16_t method_len, path_len, client_id_len, kept;
  size_t body_len;
  char id[BL_GUID_TEXT];
};

struct bl_log {
  pthread_mutex_t lock;
  size_t first, next; /* offsets of the oldest head and of the next one */
  size_t count;
  unsigned long long forgotten;
  char *ring;
};

struct bl_log *bl_log_new(void) {
  struct bl_log *log = calloc(1, sizeof *log);
  if (log == NULL) return NULL;
  log->ring = malloc(ROOM);
  if (log->ring == NULL) {
    free(log);
    return NULL;
  }
  pthread_mutex_init(&log->lock, NULL);
  return log;
}

void bl_log_free(struct bl_log *log) {
  if (log == NULL) return;
  pthread_mutex_destroy(&log->lock);
  free(log->ring);
  free(log);
}

static struct head read_head(const struct bl_log *log, size_t at) {
  struct head head;
  memcpy(&head, log->ring + at, sizeof head);
  return head;
}

/* Where the head at `at`, or the mark for going round, leads. */
static size_t behind(const struct bl_log *log, size_t at) {
  size_t size;
  memcpy(&size, log->ring + at, sizeof size);
  return at + size;
}

/* The place of a head: the ring's beginning behind its last one. */
static size_t head_at(const struct bl_log *log, size_t at) {
  size_t size = 0;
  if (at + sizeof size <= ROOM) memcpy(&size, log->ring + at, sizeof size);
  return size == 0 ? 0 : at;
}

static void forget_first(struct bl_log *log) {
  log->first = behind(log, head_at(log, log->first));
  log->count--;
  log->forgotten++;
}

/* Whether the oldest head lies within the bytes that the next one needs. */
static bool in_the_way(const struct bl_log *log, size_t size) {
  if (log->count == 0) return false;
  size_t first = head_at(log, log->first);
  return first >= log->next && first < log->next + size;
}

/* Makes room for that many bytes at `next`. */
static void make_room(struct bl_log *log, size_t size) {
  if (log->next + size + sizeof size > ROOM) {
    size_t round = 0;
    while (in_the_way(log, ROOM - log->next)) forget_first(log);
    if (log->next + sizeof round <= ROOM)
      memcpy(log->ring + log->next, &round, sizeof round);
    log->next = 0;
    if (log->count == 0) log->first = 0;
  }
  while (in_the_way(log, size)) forget_first(log);
  if (log->count == 0) log->first = log->next;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static char *put(char *to, const char *bytes, size_t len) {
  if (len > 0) memcpy(to, bytes, len);
  return to + len;
}

void bl_log_add(struct bl_log *log, const struct bl_incoming *r,
                int64_t now_ms) {
  struct head head = {.at_ms = now_ms,
                      .status =
                          r->trouble.cut == BL_CUT_NONE ? r->reply.status : 0,
                      .rule = r->trouble.rule,
                      .body_len = r->body.len};
  head.method_len = (uint16_t)least(strlen(r->method), 32);
  head.path_len = (uint16_t)least(strlen(r->path), MAX_PATH);
  head.client_id_len = (uint16_t)strlen(r->client_request_id);
  /* bodies of other paths may hold a secret: those of token endpoints do */
  if (bl_segments_of_graph(r->path))
    head.kept = (uint16_t)least(r->body.len, MAX_KEPT);
  memcpy(head.id, r->request_id, sizeof head.id);
  head.size = sizeof head + head.method_len + head.path_len +
              head.client_id_len + head.kept;

  pthread_mutex_lock(&log->lock);
  make_room(log, head.size);
  char *to = put(log->ring + log->next, (const char *)&head, sizeof head);
  to = put(to, r->method, head.method_len);
  to = put(to, r->path, head.path_len);
  to = put(to, r->client_request_id, head.client_id_len);
  put(to, r->body.data, head.kept);
  log->next += head.size;
  log->count++;
  pthread_mutex_unlock(&log->lock);
}

void bl_log_clear(struct bl_log *log) {
  pthread_mutex_lock(&log->lock);
  log->first = log->next = log->count = 0;
  log->forgotten = 0;
  pthread_mutex_unlock(&log->lock);
}

static void number(struct bl_buf *b, const char *name, long long n) {
  char text[64];
  snprintf(text, sizeof text, "%s%lld", name, n);
  bl_buf_text(b, text);
}

/* A member whose text may be any bytes; what is no UTF-8 is left out. */
static const char *member(struct bl_buf *b, const char *name, const char *text,
                          size_t len) {
  struct bl_text value = {text, len};
  while (!bl_is_utf8(value, NULL) && value.len > 0) value.len--;
  bl_buf_text(b, name);
  bl_json_write_string(b, value, BL_PLAIN);
  return text + len;
}

static void write_one(struct bl_buf *b, const struct head *head,
                      const char *texts) {
  number(b, "{\"atMs\":", head->at_ms);
  texts = member(b, ",\"method\":", texts, head->method_len);
  texts = member(b, ",\"path\":", texts, head->path_len);
  number(b, ",\"status\":", head->status);
  member(b, ",\"requestId\":", head->id, strlen(head->id));
  texts = member(b, ",\"clientRequestId\":", texts, head->client_id_len);
  if (head->rule > 0) number(b, ",\"fault\":", head->rule);
  number(b, ",\"bodyBytes\":", (long long)head->body_len);
  if (head->kept > 0) member(b, ",\"body\":", texts, head->kept);
  bl_buf_char(b, '}');
}

void bl_log_write(struct bl_log *log, struct bl_buf *b) {
  pthread_mutex_lock(&log->lock);
  bl_buf_text(b, "{\"requests\":[");
  size_t at = log->first;
  for (size_t i = 0; i < log->count; i++, at = behind(log, at)) {
    at = head_at(log, at);
    struct head head = read_head(log, at);
    if (i > 0) bl_buf_char(b, ',');
    write_one(b, &head, log->ring + at + sizeof head);
  }
  number(b, "],\"forgotten\":", (long long)log->forgotten);
  bl_buf_char(b, '}');
  pthread_mutex_unlock(&log->lock);
}
