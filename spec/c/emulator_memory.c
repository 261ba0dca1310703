/* The emulator while memory runs out: starts it, speaks to it, stops it, and
 * does so again and again with the Nth request for memory refused, or the Nth
 * and all behind it, whichever library asks. Each round must end without a
 * crash, give back all memory and descriptors, and keep what it acknowledged.
 * (libmicrohttpd 0.9.75 forgets its eventfd at one point of a start that fails:
 * that one is let pass.)
 *
 * usage: emulator_memory STORE STEP      every STEPth N; 1 leaves none out */
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "emulator/emulator.h"

#define TOKEN "t"
#define MOST 100000 /* requests for memory of one round */

/* --- libc's allocator, counted ------------------------------------------- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *block);

static atomic_long asked, held, refused; /* while armed; blocks; while armed */
static atomic_bool armed;
static long refuse_at; /* 0: none */
static bool and_behind;

static bool refuse(void) {
  if (!atomic_load(&armed)) return false;
  long n = atomic_fetch_add(&asked, 1) + 1;
  if (refuse_at == 0 || n < refuse_at || (n > refuse_at && !and_behind))
    return false;
  atomic_fetch_add(&refused, 1);
  errno = ENOMEM;
  return true;
}

static void *counted(void *block) {
  if (block != NULL) atomic_fetch_add(&held, 1);
  return block;
}

void *malloc(size_t size) {
  return refuse() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size) {
  return refuse() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size) {
  if (refuse()) return NULL;
  void *block = __libc_realloc(old, size);
  if (old == NULL) counted(block);
  if (old != NULL && size == 0) atomic_fetch_sub(&held, 1);
  return block;
}

void free(void *block) {
  if (block != NULL) atomic_fetch_sub(&held, 1);
  __libc_free(block);
}

/* --- a client that needs no memory --------------------------------------- */

static int connect_to(uint16_t port) {
  struct sockaddr_in to = {.sin_family = AF_INET,
                           .sin_port = htons(port),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval patience = {.tv_sec = 5};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return fd;
  close(fd);
  return -1;
}

static char made[40]; /* the id in the last 201 that had one */

static void note_id(const char *text) {
  const char *id = strstr(text, "\"id\":\"");
  if (id != NULL) snprintf(made, sizeof made, "%.36s", id + 6);
}

/* Sends one request on a connection of its own. The status of the answer, 0
 * when none came. */
static int ask(uint16_t port, const char *method, const char *path,
               const char *body) {
  static char text[1 << 16];
  int fd = connect_to(port), status = 0;
  if (fd < 0) return 0;
  int len = snprintf(text, sizeof text,
                     "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                     "Authorization: Bearer " TOKEN "\r\n"
                     "Content-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     method, path, strlen(body), body);
  size_t got = 0;
  if (send(fd, text, (size_t)len, MSG_NOSIGNAL) == len)
    for (ssize_t n; got < sizeof text - 1 &&
                    (n = recv(fd, text + got, sizeof text - 1 - got, 0)) > 0;)
      got += (size_t)n;
  text[got] = '\0';
  close(fd);
  if (strncmp(text, "HTTP/1.1 ", 9) == 0) status = atoi(text + 9);
  /* an answer is whole or none */
  if (status != 0 && strstr(text, "\r\n\r\n") == NULL) status = -1;
  if (status == 201) note_id(text);
  return status;
}

/* --- a round ------------------------------------------------------------- */

static const char path[] = "/v1.0/policies/tokenLifetimePolicies";
static const char good[] =
    "{\"displayName\":\"a\",\"definition\":[\"{\\\"TokenLifetimePolicy\\\":"
    "{\\\"Version\\\":1,\\\"AccessTokenLifetime\\\":\\\"8:00:00\\\"}}\"]}";
static const char bad[] = "{\"displayName\":\"a\",\"definition\":[\"{}\"]}";
static char large[1 << 15];
static char reference[128]; /* to the policy that was made last */

/* An object whose ids are ours, and what is done to it. */
#define APP "11111111-1111-1111-1111-111111111111"
#define APP_ID "22222222-2222-2222-2222-222222222222"
#define APPS "/v1.0/applications"
#define BY_APP APPS "(appId='" APP_ID "')"
static const char app[] =
    "{\"displayName\":\"a\",\"id\":\"" APP "\",\"appId\":\"" APP_ID "\"}";
static const char mapped[] = "{\"api\":{\"acceptMappedClaims\":true}}";
static const char principal[] = "{\"appId\":\"" APP_ID "\"}";
static const char batch[] =
    "{\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/applications?"
    "$top=1&$count=true\"},{\"id\":\"2\",\"method\":\"DELETE\",\"url\":"
    "\"/applications/" APP "\",\"dependsOn\":[\"1\"]}]}";

/* What is wrong with an answer, or NULL. */
static const char *judge(int status, int expected) {
  if (status == expected || status == 0 || status == 500 || status == 503)
    return NULL;
  /* what it is about could not be made for want of memory */
  if (expected == 204 && status == 404) return NULL;
  return "another status than with memory";
}

/* What became of a round. */
struct outcome {
  bool started;
  int acknowledged;  /* policies that must be in the store */
  const char *wrong; /* NULL: nothing */
};

static struct outcome refusal(const struct bl_emulator *e, const char *reason) {
  return (struct outcome){.wrong = e != NULL ? "an emulator and a refusal"
                                   : *reason == '\0'
                                       ? "a refusal without a reason"
                                       : NULL};
}

/* Starts, speaks, stops. */
static struct outcome round_trip(const char *store) {
  static const struct {
    const char *method, *path, *body;
    int expected;
  } steps[] = {
      {"POST", path, good, 201},
      {"POST", path, bad, 400},
      {"POST", path, large, 201},
      {"GET", path, "", 200},
      {"GET", "/beta/policies/x", "", 400},
      {"PUT", path, "{}", 405},
      {"POST", APPS, app, 201},
      {"PATCH", APPS "/" APP, mapped, 204},
      {"POST", "/v1.0/servicePrincipals", principal, 201},
      {"POST", BY_APP "/tokenLifetimePolicies/$ref", reference, 204},
      {"GET",
       APPS "?$filter=api/acceptMappedClaims%20eq%20true%20and%20tags/"
            "all(t:t%20eq%20'x')&$select=id&$expand=tokenLifetimePolicies",
       "", 200},
      {"GET",
       "/v1.0/policies/tokenLifetimePolicies?$top=1&$orderby=displayName"
       "&$filter=startswith(displayName,'A')",
       "", 200},
      {"GET", "/v1.0/policies/tokenLifetimePolicies?$top=x", "", 400},
      {"GET", "/v1.0/$metadata", "", 200},
      {"POST", "/v1.0/$batch", batch, 200},
  };
  struct bl_emulator_options options = {
      .store = store,
      .token = TOKEN,
      .decisions = {.read_only = BL_READ_ONLY_KEEP,
                    .unknown_app = BL_UNKNOWN_APP_ACCEPT}};
  struct bl_emulator *e;
  char reason[BL_REASON] = "";
  if (bl_emulator_start(&options, &e, reason) != BL_OK)
    return refusal(e, reason);
  struct outcome out = {.started = true};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    int status =
        ask(bl_emulator_port(e), steps[i].method, steps[i].path, steps[i].body);
    if (status == 201 && steps[i].path == path) {
      out.acknowledged++;
      snprintf(reference, sizeof reference, "{\"@odata.id\":\"%s\"}", made);
    }
    if (out.wrong == NULL) out.wrong = judge(status, steps[i].expected);
  }
  if (bl_emulator_reset(e, reason) == BL_OK) out.acknowledged = 0;
  if (ask(bl_emulator_port(e), "POST", path, good) == 201) out.acknowledged++;
  bl_emulator_stop(e);
  return out;
}

static int descriptors(void) {
  int n = 0;
  DIR *dir = opendir("/proc/self/fd");
  while (dir != NULL && readdir(dir) != NULL) n++;
  if (dir != NULL) closedir(dir);
  return n;
}

/* Policies in the store, by asking an emulator that has its memory. */
static int stored(const char *store) {
  struct bl_emulator_options options = {.store = store, .token = TOKEN};
  struct bl_emulator *e;
  char reason[BL_REASON], line[256];
  static char list[1 << 18];
  if (bl_emulator_start(&options, &e, reason) != BL_OK) {
    printf("FAILED the store cannot be opened again: %s\n", reason);
    return -1;
  }
  int fd = connect_to(bl_emulator_port(e)), count = 0;
  int len = snprintf(
      line, sizeof line,
      "GET %s HTTP/1.0\r\nAuthorization: Bearer " TOKEN "\r\n\r\n", path);
  size_t got = 0;
  if (send(fd, line, (size_t)len, MSG_NOSIGNAL) == len)
    for (ssize_t n; (n = recv(fd, list + got, sizeof list - 1 - got, 0)) > 0;)
      got += (size_t)n;
  list[got] = '\0';
  close(fd);
  for (char *at = list; (at = strstr(at, "\"id\":")) != NULL; at++) count++;
  bl_emulator_stop(e);
  return count;
}

/* One round with the nth request refused; what is wrong with it, or NULL. */
static const char *fail(const char *store, long n) {
  unlink(store);
  refuse_at = n;
  atomic_store(&asked, 0);
  atomic_store(&refused, 0);
  long before = atomic_load(&held);
  int files = descriptors();
  atomic_store(&armed, true);
  struct outcome out = round_trip(store);
  atomic_store(&armed, false);
  long lost = atomic_load(&held) - before;
  int leaked = descriptors() - files;
  int present = access(store, F_OK) == 0 ? stored(store) : 0;
  if (out.wrong != NULL) return out.wrong;
  if (lost != 0) return "blocks were not given back";
  if (leaked != 0 && (out.started || leaked > 1)) return "descriptors leaked";
  return present < out.acknowledged ? "a policy is lost" : NULL;
}

/* Refuses the Nth request for every `step`th N, until a round needs fewer. */
static int torture(const char *store, long step, bool behind) {
  int failures = 0;
  long points = 0;
  and_behind = behind;
  for (long n = 1; n < MOST && failures < 10; n += step, points++) {
    const char *wrong = fail(store, n);
    if (wrong != NULL) {
      printf("FAILED request %ld, %s: %s\n", n, behind ? "from" : "once",
             wrong);
      failures++;
    }
    if (atomic_load(&refused) == 0) break;
  }
  printf("%s: %ld points, %d failed\n", behind ? "from" : "once", points,
         failures);
  return failures;
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  setvbuf(stdout, NULL, _IOLBF, 1024);
  memset(large, ' ', sizeof large - 1);
  memcpy(large, good, sizeof good - 1);
  /* what is made once in a process is made now */
  struct outcome out = round_trip(argv[1]);
  if (out.wrong != NULL || out.acknowledged != 1 || stored(argv[1]) != 1) {
    printf("FAILED with all its memory\n");
    return 1;
  }
  long step = strtol(argv[2], NULL, 10);
  int failures = torture(argv[1], step, false);
  failures += torture(argv[1], step, true);
  return failures != 0;
}
