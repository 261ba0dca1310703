/* An HTTP server that misbehaves on request, for the specs.
 *
 * It listens on a free port of 127.0.0.1, prints the port as its first line,
 * and ends when its standard input does, so it never outlives its parent. The
 * first segment of a request's path says how it behaves (the table at the
 * end); what follows is free, so that "http://127.0.0.1:1234/echo" can be the
 * root of a service.
 *
 * Answers that are plain bytes are given to it beforehand, on its standard
 * input: "say NAME LENGTH ENDING\n" and LENGTH bytes, acknowledged by "ok\n".
 * A request to /say/NAME gets just those bytes; then the connection is kept
 * ("keep"), closed ("close") or left open in silence ("stall"). */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_HEAD 65536
#define MAX_BODY (64u << 20)

struct request {
  char *bytes; /* all of it, NUL-terminated */
  size_t len, head_len;
  char method[16], segment[64], rest[64]; /* "POST", "say", "NAME" */
};

struct connection {
  int fd;
  long number; /* from 1 */
  char id[64]; /* client-request-id of the request before; "": none */
};

struct script {
  struct script *next;
  char name[64], ending[8];
  char *bytes;
  size_t len;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct script *scripts;
static struct request last; /* the last request that is no question */
static long requests, posts, connections;

static void pause_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static bool put(int fd, const char *bytes, size_t n) {
  while (n > 0) {
    ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    n -= (size_t)sent;
  }
  return true;
}

static bool put_text(int fd, const char *text) {
  return put(fd, text, strlen(text));
}

/* A whole answer: 200, text/plain. */
static bool answer(int fd, const char *bytes, size_t n) {
  char head[128];
  snprintf(head, sizeof(head),
           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
           "Content-Length: %zu\r\n\r\n",
           n);
  return put_text(fd, head) && put(fd, bytes, n);
}

/* Each behaviour returns whether the connection goes on. */

static bool echo(struct connection *c, const struct request *r) {
  if (strcmp(r->method, "HEAD") == 0)
    return put_text(c->fd, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
  return answer(c->fd, r->bytes, r->len);
}

static bool tell_last(struct connection *c, const struct request *r) {
  (void)r;
  pthread_mutex_lock(&lock);
  bool on = answer(c->fd, last.bytes, last.len);
  pthread_mutex_unlock(&lock);
  return on;
}

static bool count(struct connection *c, const struct request *r) {
  (void)r;
  char text[128];
  pthread_mutex_lock(&lock);
  int n = snprintf(text, sizeof(text), "requests=%ld posts=%ld connections=%ld",
                   requests, posts, connections);
  pthread_mutex_unlock(&lock);
  return answer(c->fd, text, (size_t)n);
}

static bool keep(struct connection *c, const struct request *r) {
  (void)r;
  char text[32];
  int n = snprintf(text, sizeof(text), "%ld", c->number);
  return answer(c->fd, text, (size_t)n);
}

static bool cut(struct connection *c, const struct request *r) {
  (void)c;
  (void)r;
  return false;
}

static bool reset(struct connection *c, const struct request *r) {
  (void)r;
  struct linger now = {1, 0};
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  return false;
}

static bool third(struct connection *c, const struct request *r) {
  static long seen;
  pthread_mutex_lock(&lock);
  bool drop = strcmp(r->method, "POST") == 0 && ++seen % 3 == 0;
  pthread_mutex_unlock(&lock);
  return !drop && keep(c, r);
}

static bool slow(struct connection *c, const struct request *r) {
  pause_ms(atol(r->rest));
  return keep(c, r);
}

static bool huge(struct connection *c, const struct request *r) {
  (void)r;
  static const char block[65536];
  bool on = put_text(c->fd, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n"
                            "Content-Type: application/json\r\n\r\n");
  for (size_t i = 0; on && i < 1073741824 / sizeof(block); i++)
    on = put(c->fd, block, sizeof(block));
  return on;
}

static bool endless(struct connection *c, const struct request *r) {
  (void)r;
  char chunk[6 + 4096 + 2];
  memset(chunk, ' ', sizeof(chunk));
  memcpy(chunk, "1000\r\n", 6);
  memcpy(chunk + 6 + 4096, "\r\n", 2);
  bool on = put_text(c->fd, "HTTP/1.1 200 OK\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n");
  while (on) on = put(c->fd, chunk, sizeof(chunk));
  return false;
}

static bool trickle(struct connection *c, const struct request *r) {
  (void)r;
  bool on =
      put_text(c->fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
  while (on) {
    on = put(c->fd, " ", 1);
    pause_ms(10);
  }
  return false;
}

/* Interim answers that never lead to a final one. */
static bool noise(struct connection *c, const struct request *r) {
  (void)r;
  while (put_text(c->fd, "HTTP/1.1 100 Continue\r\nX-Noise: 1\r\n\r\n"))
    pause_ms(1);
  return false;
}

/* A whole answer, and a moment later one that nobody asked for. */
static bool late(struct connection *c, const struct request *r) {
  (void)r;
  bool on = answer(c->fd, "ok", 2);
  pause_ms(50);
  return on && answer(c->fd, "smuggled", 8);
}

/* The answer to the request before on this connection, as if it had been left
 * over there; the first has its own. */
static bool stale(struct connection *c, const struct request *r) {
  char head[256], id[64] = "";
  const char *at = strstr(r->bytes, "client-request-id: ");
  if (at != NULL) sscanf(at + 19, "%63[^\r\n]", id);
  snprintf(head, sizeof(head),
           "HTTP/1.1 200 OK\r\nclient-request-id: %s\r\n"
           "Content-Length: 2\r\n\r\n{}",
           c->id[0] != '\0' ? c->id : id);
  memcpy(c->id, id, sizeof(id));
  return put_text(c->fd, head);
}

/* Refuses by the head alone and reads no body. */
static bool early(struct connection *c, const struct request *r) {
  (void)r;
  put_text(c->fd, "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n"
                  "Connection: close\r\n\r\n");
  shutdown(c->fd, SHUT_WR);
  return false;
}

/* What a proxy says that does not let one through. */
static bool forbid(struct connection *c, const struct request *r) {
  (void)r;
  return put_text(c->fd, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
}

/* 4 MB of gzip that become more than 500 MB: one literal, then copies of 258
 * bytes in fixed Huffman codes of 13 bits. */
static bool bomb(struct connection *c, const struct request *r) {
  (void)r;
  static const unsigned char start[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
  size_t size = 4u << 20, bit = sizeof(start) * 8;
  char *bytes = calloc(1, size + 4);
  if (bytes == NULL) return false;
  memcpy(bytes, start, sizeof(start));
  /* final block, fixed codes; then the literal 0 is 00110000 */
  const char *first = "110"
                      "00110000",
             *copy = "11000101"
                     "00000";
  for (const char *at = first; bit < size * 8; at = at[1] ? at + 1 : copy) {
    if (*at == '1') bytes[bit / 8] |= (char)(1 << bit % 8);
    bit++;
  }
  char head[128];
  snprintf(head, sizeof(head),
           "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
           "Content-Length: %zu\r\n\r\n",
           size);
  bool on = put_text(c->fd, head) && put(c->fd, bytes, size);
  free(bytes);
  return on;
}

static bool say(struct connection *c, const struct request *r) {
  pthread_mutex_lock(&lock);
  struct script *s = scripts;
  while (s != NULL && strcmp(s->name, r->rest) != 0) s = s->next;
  pthread_mutex_unlock(&lock); /* a script, once told, stays */
  if (s == NULL)
    return put_text(c->fd, "HTTP/1.1 599 Nothing to say\r\n"
                           "Content-Length: 0\r\n\r\n");
  bool on = put(c->fd, s->bytes, s->len);
  while (on && strcmp(s->ending, "stall") == 0) pause_ms(1000);
  return on && strcmp(s->ending, "keep") == 0;
}

static const struct behaviour {
  const char *segment;
  bool (*act)(struct connection *c, const struct request *r);
  bool question; /* about other requests: neither counted nor kept */
} behaviours[] = {
    {"echo", echo, false},       /* the request's own bytes */
    {"keep", keep, false},       /* the number of the connection */
    {"say", say, false},         /* /say/NAME: bytes told beforehand */
    {"slow", slow, false},       /* /slow/MS: as keep, after that time */
    {"cut", cut, false},         /* closes without an answer */
    {"reset", reset, false},     /* the same by RST */
    {"third", third, false},     /* closes every third POST, else as keep */
    {"huge", huge, false},       /* 1 GB */
    {"endless", endless, false}, /* chunks for ever */
    {"trickle", trickle, false}, /* a byte every 10 ms */
    {"noise", noise, false},     /* 100 Continue for ever */
    {"late", late, false},       /* an answer too many */
    {"stale", stale, false},     /* the answer before */
    {"early", early, false},     /* 413 before the body was read */
    {"bomb", bomb, false},       /* gzip that grows */
    {"connect", forbid, false},  /* as a proxy: 403 */
    {"last", tell_last, true},   /* the bytes of the last request */
    {"count", count, true},      /* how many of what there were */
    {NULL, cut, false},
};

static const struct behaviour *behaviour_of(const struct request *r) {
  const struct behaviour *b = behaviours;
  while (b->segment != NULL && strcmp(b->segment, r->segment) != 0) b++;
  return b;
}

/* Reads until the bytes hold `want` of them; false when the peer ends. */
static bool read_to(int fd, struct request *r, size_t want) {
  while (r->len < want) {
    ssize_t n = recv(fd, r->bytes + r->len, want - r->len, 0);
    if (n <= 0) return false;
    r->len += (size_t)n;
  }
  r->bytes[r->len] = '\0';
  return true;
}

/* Reads the head byte by byte, so that nothing of the next is taken. */
static bool read_head(int fd, struct request *r) {
  r->bytes = malloc(MAX_HEAD + 1);
  if (r->bytes == NULL) return false;
  while (r->len < 4 || memcmp(r->bytes + r->len - 4, "\r\n\r\n", 4) != 0)
    if (r->len == MAX_HEAD || !read_to(fd, r, r->len + 1)) return false;
  r->head_len = r->len;
  if (sscanf(r->bytes, "CONNECT %63[^/? ]", r->rest) == 1)
    strcpy(r->segment, "connect");
  return r->segment[0] != '\0' || sscanf(r->bytes, "%15s /%63[^/? ]/%63[^/? ]",
                                         r->method, r->segment, r->rest) >= 2;
}

static bool read_body(int fd, struct request *r) {
  const char *field = strstr(r->bytes, "\r\nContent-Length: ");
  size_t len = field == NULL ? 0 : strtoul(field + 18, NULL, 10);
  if (len > MAX_BODY) return false;
  char *longer = realloc(r->bytes, r->len + len + 1);
  if (longer == NULL) return false;
  r->bytes = longer;
  return read_to(fd, r, r->len + len);
}

static void remember(struct request *r) {
  pthread_mutex_lock(&lock);
  requests++;
  if (strcmp(r->method, "POST") == 0) posts++;
  free(last.bytes);
  last = *r;
  last.bytes = malloc(r->len + 1);
  if (last.bytes != NULL)
    memcpy(last.bytes, r->bytes, r->len + 1);
  else
    last.len = 0;
  pthread_mutex_unlock(&lock);
}

static bool serve_one(struct connection *c) {
  struct request r = {0};
  bool on = read_head(c->fd, &r);
  const struct behaviour *b = on ? behaviour_of(&r) : NULL;
  if (on && b->act != early) on = read_body(c->fd, &r);
  if (on && !b->question) remember(&r);
  on = on && b->act(c, &r);
  free(r.bytes);
  return on;
}

static void *serve(void *ud) {
  struct connection *c = ud;
  while (serve_one(c)) {
  }
  close(c->fd);
  free(c);
  return NULL;
}

static void *accept_all(void *ud) {
  for (;;) {
    int fd = accept(*(int *)ud, NULL, NULL);
    struct connection *c = malloc(sizeof(*c));
    if (fd < 0 || c == NULL) exit(1);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    pthread_mutex_lock(&lock);
    *c = (struct connection){.fd = fd, .number = ++connections};
    pthread_mutex_unlock(&lock);
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, c) != 0) exit(1);
    pthread_detach(thread);
  }
  return NULL;
}

/* Takes one script from standard input. */
static bool learn(void) {
  struct script *s = calloc(1, sizeof(*s));
  if (s == NULL ||
      scanf("say %63s %zu %7s", s->name, &s->len, s->ending) != 3 ||
      getchar() != '\n' || (s->bytes = malloc(s->len + 1)) == NULL ||
      fread(s->bytes, 1, s->len, stdin) != s->len)
    return false;
  pthread_mutex_lock(&lock);
  s->next = scripts;
  scripts = s;
  pthread_mutex_unlock(&lock);
  printf("ok\n");
  return fflush(stdout) == 0;
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof(address);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 ||
      listen(listener, 64) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0)
    return 1;
  signal(SIGPIPE, SIG_IGN);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  pthread_t thread;
  if (pthread_create(&thread, NULL, accept_all, &listener) != 0) return 1;
  while (learn()) {
  }
  _exit(0);
}
