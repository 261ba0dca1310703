/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE /* pipe2 and the newer actions of posix_spawn */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"

#define SLICE_MS 10      /* between two looks at whether it has ended */
#define CHUNK 4096       /* bytes read at once */
#define FIRST_FREE_FD 3  /* behind the standard streams */
#define CEILING_SLACK 4u /* an arena keeps a buffer's shorter selves */

extern char **environ;

/* One of its streams, as we read it. */
struct stream {
  int fd; /* -1: closed */
  struct bl_buf text;
};

struct bl_process {
  struct bl_arena arena; /* the process itself and what it wrote */
  pid_t pid;             /* and its group; 0: it has ended */
  int64_t deadline_ms;
  struct stream out, err;
  struct bl_process_result result;
};

static int64_t now_ms(void) { return bl_clock_us() / 1000; }

static void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/* Starting it. */

/* Moves a descriptor away from the standard streams, which may be closed in
 * this process and would then be overwritten in the other. */
static bool move_up(int *fd) {
  if (*fd >= FIRST_FREE_FD) return true;
  int higher = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
  close_fd(fd);
  *fd = higher;
  return higher >= 0;
}

/* A pipe whose reading end does not block; false: both ends are -1. */
static bool open_pipe(int *from, int *to) {
  int ends[2];
  *from = *to = -1;
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  *from = ends[0];
  *to = ends[1];
  if (move_up(from) && move_up(to) && fcntl(*from, F_SETFL, O_NONBLOCK) == 0)
    return true;
  close_fd(from);
  close_fd(to);
  return false;
}

static bool is_withheld(const char *entry, const char *const *names) {
  for (; names != NULL && *names != NULL; names++) {
    size_t len = strlen(*names);
    if (strncmp(entry, *names, len) == 0 && entry[len] == '=') return true;
  }
  return false;
}

/* Our environment without what is withheld, or NULL: no memory. */
static char **environment(struct bl_arena *arena, const char *const *withheld) {
  size_t count = 0, kept = 0;
  while (environ != NULL && environ[count] != NULL) count++;
  char **list = bl_arena_take(arena, (count + 1) * sizeof(list[0]));
  if (list == NULL) return NULL;
  for (size_t i = 0; i < count; i++)
    if (!is_withheld(environ[i], withheld)) list[kept++] = environ[i];
  list[kept] = NULL;
  return list;
}

/* Its streams, its folder, and none of our other files. */
static int add_actions(posix_spawn_file_actions_t *actions, int out, int err) {
  int rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null",
                                            O_RDONLY, 0);
  if (rc == 0)
    rc = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
  if (rc == 0)
    rc = posix_spawn_file_actions_adddup2(actions, err, STDERR_FILENO);
  if (rc == 0) rc = posix_spawn_file_actions_addchdir_np(actions, "/");
#if __GLIBC_PREREQ(2, 34)
  if (rc == 0)
    rc = posix_spawn_file_actions_addclosefrom_np(actions, FIRST_FREE_FD);
#endif
  return rc;
}

/* A group of its own, and signals as a program expects them at its start. */
static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  sigaddset(&usual, SIGCHLD);
  int rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP |
                                                    POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
  if (rc == 0) rc = posix_spawnattr_setpgroup(attributes, 0);
  if (rc == 0) rc = posix_spawnattr_setsigmask(attributes, &none);
  if (rc == 0) rc = posix_spawnattr_setsigdefault(attributes, &usual);
  return rc;
}

/* posix_spawnp with all that; an errno, 0 for none. */
static int spawn(struct bl_process *p, const struct bl_process_options *options,
                 char **env, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int rc = posix_spawn_file_actions_init(&actions);
  if (rc != 0) return rc;
  rc = posix_spawnattr_init(&attributes);
  if (rc == 0) {
    rc = add_actions(&actions, out, err);
    if (rc == 0) rc = set_attributes(&attributes);
    if (rc == 0)
      rc = posix_spawnp(&p->pid, options->argv[0], &actions, &attributes,
                        (char *const *)options->argv, env);
    if (rc != 0) p->pid = 0;
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return rc;
}

/* Words that do not depend on a locale and stay where they are. */
static const char *words_of(int error) {
  switch (error) {
  case ENOENT: return "there is no such program";
  case EACCES: return "it is not executable";
  case ENOEXEC: return "it is no program of this machine";
  case E2BIG: return "its arguments are too long";
  case EMFILE:
  case ENFILE: return "too many files are open";
  case EAGAIN: return "too many processes run";
  default: return "the system refused";
  }
}

/* An empty process, or NULL: no memory. */
static struct bl_process *
new_process(const struct bl_process_options *options) {
  struct bl_arena arena;
  size_t most = CEILING_SLACK * (2 * options->max_output + (1u << 20));
  bl_arena_init(&arena, options->alloc, options->ud, most, NULL, 0);
  struct bl_process *p = bl_arena_take(&arena, sizeof(*p));
  if (p == NULL) return NULL;
  *p = (struct bl_process){.arena = arena};
  p->out.fd = p->err.fd = -1;
  bl_buf_init(&p->out.text, &p->arena, options->max_output);
  bl_buf_init(&p->err.text, &p->arena, options->max_output);
  return p;
}

enum bl_status bl_process_start(const struct bl_process_options *options,
                                struct bl_process **out, const char **reason) {
  struct bl_process *p = new_process(options);
  *out = NULL;
  *reason = NULL;
  if (p == NULL) return BL_NOMEM;
  enum bl_status s = BL_NOMEM;
  int out_end = -1, err_end = -1, rc = EMFILE;
  char **env = environment(&p->arena, options->withheld);
  if (env == NULL) goto done;
  if (open_pipe(&p->out.fd, &out_end) && open_pipe(&p->err.fd, &err_end))
    rc = spawn(p, options, env, out_end, err_end);
  s = rc == 0 ? BL_OK : rc == ENOMEM ? BL_NOMEM : BL_NO_PROGRAM;
  if (s == BL_NO_PROGRAM) *reason = words_of(rc);
done:
  close_fd(&out_end);
  close_fd(&err_end);
  if (s == BL_OK) {
    p->deadline_ms = now_ms() + options->timeout_ms;
    *out = p;
  } else {
    bl_process_close(p);
  }
  return s;
}

/* Reading and ending it. */

/* Ends its group and waits for the program, which cannot refuse. */
static void end(struct bl_process *p) {
  if (p->pid == 0) return;
  kill(-p->pid, SIGKILL);
  while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR) continue;
  p->pid = 0;
}

/* Takes what has been written so far; the stream is closed at its end. */
static void take(struct stream *stream) {
  char chunk[CHUNK];
  while (stream->fd >= 0 && stream->text.status == BL_OK) {
    ssize_t n = read(stream->fd, chunk, sizeof(chunk));
    if (n > 0)
      bl_buf_add(&stream->text, chunk, (size_t)n);
    else if (n < 0 && errno == EAGAIN)
      return;
    else if (n == 0 || errno != EINTR)
      close_fd(&stream->fd);
  }
}

/* Whether it has ended; its exit status is kept. */
static bool has_ended(struct bl_process *p) {
  if (p->pid == 0) return true;
  int state = 0;
  pid_t found = waitpid(p->pid, &state, WNOHANG);
  if (found == 0 || (found < 0 && errno == EINTR)) return false;
  bool exited = found > 0 && WIFEXITED(state);
  p->result.exit_status = exited ? WEXITSTATUS(state) : -1;
  p->pid = 0;
  return true;
}

static struct bl_text text_of(struct stream *stream) {
  const char *bytes = bl_buf_string(&stream->text);
  return (struct bl_text){bytes, stream->text.len};
}

/* The first failure of the two, or BL_OK. */
static enum bl_status latched(const struct bl_process *p) {
  enum bl_status s = p->out.text.status;
  return s != BL_OK ? s : p->err.text.status;
}

/* Waits until something can be read, but not for long: its end shows in no
 * descriptor. */
static void rest(const struct bl_process *p, int64_t until_ms) {
  struct pollfd fds[] = {{.fd = p->out.fd, .events = POLLIN},
                         {.fd = p->err.fd, .events = POLLIN}};
  int64_t left = until_ms - now_ms();
  int ms = left < 0 ? 0 : left < SLICE_MS ? (int)left : SLICE_MS;
  poll(fds, sizeof(fds) / sizeof(fds[0]), ms);
}

enum bl_status bl_process_wait(struct bl_process *p, long wait_ms,
                               bool *ended) {
  int64_t until = now_ms() + wait_ms;
  if (until > p->deadline_ms) until = p->deadline_ms;
  enum bl_status s = BL_OK;
  for (;;) {
    *ended = has_ended(p); /* before the reading, so that nothing is missed */
    take(&p->out);
    take(&p->err);
    s = latched(p);
    if (s != BL_OK || *ended) break;
    int64_t now = now_ms();
    if (now >= p->deadline_ms) s = BL_TIMEOUT;
    if (now >= until) break;
    rest(p, until);
  }
  if (s != BL_OK) end(p);
  if (s == BL_OK && *ended) {
    p->result.out = text_of(&p->out);
    p->result.err = text_of(&p->err);
    s = latched(p);
  }
  return s;
}

const struct bl_process_result *bl_process_result(const struct bl_process *p) {
  return &p->result;
}

void bl_process_close(struct bl_process *p) {
  if (p == NULL) return;
  end(p);
  close_fd(&p->out.fd);
  close_fd(&p->err.fd);
  struct bl_arena arena = p->arena;
  bl_arena_free(&arena);
}
