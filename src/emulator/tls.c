#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/certificate.h"

#define MAX_FILE ((size_t)1 << 20) /* bytes of a key or a certificate */
#define DAY 86400
#define DAYS 365 /* that a made one is valid */
#define SPARE 30 /* days before its end when it is made anew */
#define KEY_BITS 2048

/* --- files --------------------------------------------------------------- */

/* The text of a file, to be freed; NULL: errno says why there is none. */
static char *read_file(const char *path) {
  FILE *file = fopen(path, "rbe");
  if (file == NULL) return NULL;
  char *text = malloc(MAX_FILE + 1);
  size_t len = text == NULL ? 0 : fread(text, 1, MAX_FILE, file);
  int error = ferror(file) ? EIO : 0;
  if (text != NULL) text[len] = '\0';
  fclose(file);
  if (text != NULL && error != 0) {
    free(text);
    text = NULL;
    errno = error;
  }
  return text;
}

static bool write_all(int fd, const char *text) {
  size_t len = strlen(text);
  while (len > 0) {
    ssize_t wrote = write(fd, text, len);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    text += wrote;
    len -= (size_t)wrote;
  }
  return true;
}

/* Replaces a file as a whole: none that is half written is ever seen. */
static bool write_file(const char *path, const char *text, mode_t mode) {
  char passing[4096];
  if ((size_t)snprintf(passing, sizeof passing, "%s.%ld", path,
                       (long)getpid()) >= sizeof passing) {
    errno = ENAMETOOLONG;
    return false;
  }
  int fd = open(passing, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return false;
  bool written = write_all(fd, text) && fsync(fd) == 0;
  written = close(fd) == 0 && written;
  if (written && rename(passing, path) == 0) return true;
  int error = errno;
  unlink(passing);
  errno = error;
  return false;
}

/* Makes the path good in any folder, where that can be. */
static void make_absolute(char **path) {
  char *absolute = realpath(*path, NULL);
  if (absolute == NULL) return;
  free(*path);
  *path = absolute;
}

/* --- what belongs together ----------------------------------------------- */

/* Whether both texts can be used, and together. BL_INVALID: *why says why not,
 * *of_key whether it is the key that is wrong. */
static enum bl_status check_pair(const char *certificate, const char *key,
                                 const char **why, bool *of_key) {
  struct bl_certificate *read = NULL;
  struct bl_key *secret = NULL;
  *of_key = false;
  enum bl_status s = bl_certificate_read(bl_text_of(certificate), &read, why);
  if (s == BL_OK) {
    *of_key = true;
    s = bl_key_read(bl_text_of(key), NULL, &secret, why);
  }
  if (s == BL_OK && !bl_certificate_fits(read, secret)) {
    *why = "it is not the key of the certificate";
    s = BL_INVALID;
  }
  bl_certificate_free(read);
  bl_key_free(secret);
  return s;
}

static enum bl_status unreadable(const char *what, const char *path,
                                 char reason[BL_REASON]) {
  return bl_because(reason, errno == ENOMEM ? BL_NOMEM : BL_INVALID,
                    "the %s '%s' cannot be read: %s", what, path,
                    strerror(errno));
}

enum bl_status bl_tls_read(const char *certificate, const char *key,
                           struct bl_tls *out, char reason[BL_REASON]) {
  const char *why = NULL;
  bool of_key;
  *out = (struct bl_tls){0};
  out->certificate = read_file(certificate);
  if (out->certificate == NULL)
    return unreadable("certificate", certificate, reason);
  out->key = read_file(key);
  if (out->key == NULL) return unreadable("private key", key, reason);
  out->ca_file = strdup(certificate);
  if (out->ca_file == NULL)
    return bl_because(reason, BL_NOMEM, "out of memory");
  enum bl_status s = check_pair(out->certificate, out->key, &why, &of_key);
  if (s == BL_NOMEM) return bl_because(reason, s, "out of memory");
  make_absolute(&out->ca_file);
  if (s == BL_OK) return s;
  if (strstr(why, "encrypted") != NULL)
    why = "it is encrypted; give one that is not (openssl pkey -in KEY -out "
          "PLAIN)";
  return bl_because(reason, s, "the %s '%s' cannot be used: %s",
                    of_key ? "private key" : "certificate",
                    of_key ? key : certificate, why);
}

/* --- made ones ----------------------------------------------------------- */

/* "IP:127.0.0.1" or "DNS:name": the host that is listened on. */
static void name_host(char *out, size_t size, const char *host) {
  unsigned char address[16];
  bool ip = inet_pton(AF_INET, host, address) == 1 ||
            inet_pton(AF_INET6, host, address) == 1;
  snprintf(out, size, "%s:%s", ip ? "IP" : "DNS", host);
}

/* A certificate and its key as PEM in `arena`. */
static enum bl_status make_pair(const char *host, int64_t now_s,
                                struct bl_arena *arena, struct bl_text *pem,
                                struct bl_text *key_pem) {
  char also[512] = "DNS:localhost,IP:127.0.0.1,IP:::1,", own[300];
  const struct bl_certificate_plan plan = {.name = "bylaw local Graph",
                                           .also = also,
                                           .not_before = now_s - DAY,
                                           .days = DAYS};
  struct bl_certificate *certificate = NULL;
  struct bl_key *key = NULL;
  name_host(own, sizeof own, host);
  size_t len = strlen(also);
  snprintf(also + len, sizeof also - len, "%s", own);
  enum bl_status s = bl_key_make(KEY_BITS, &key);
  if (s == BL_OK) s = bl_certificate_make(key, &plan, &certificate);
  if (s == BL_OK) s = bl_certificate_pem(certificate, arena, pem);
  if (s == BL_OK) s = bl_key_pem(key, arena, key_pem);
  bl_certificate_free(certificate);
  bl_key_free(key);
  return s;
}

/* Keeps what is in *out when it will do for some time; else it is freed. */
static bool will_do(struct bl_tls *out, const char *host, int64_t now_s) {
  const char *why;
  bool of_key, good = false;
  struct bl_certificate *certificate = NULL;
  struct bl_certificate_facts facts;
  struct bl_arena arena;
  bl_arena_init(&arena, bl_alloc_libc, NULL, MAX_FILE, NULL, 0);
  if (out->certificate != NULL && out->key != NULL &&
      check_pair(out->certificate, out->key, &why, &of_key) == BL_OK &&
      bl_certificate_read(bl_text_of(out->certificate), &certificate, &why) ==
          BL_OK &&
      bl_certificate_facts(certificate, &arena, &facts) == BL_OK)
    good = facts.not_before <= now_s &&
           now_s + (int64_t)SPARE * DAY < facts.not_after &&
           bl_certificate_names(certificate, host);
  bl_certificate_free(certificate);
  bl_arena_free(&arena);
  return good;
}

static enum bl_status unwritten(const char *path, char reason[BL_REASON]) {
  return bl_because(reason, BL_STORE,
                    "'%s' cannot be written: %s; give a certificate and a key "
                    "of your own, or another store",
                    path, strerror(errno));
}

/* A folder of its own for the certificate alone. */
static enum bl_status place_in_passing(struct bl_tls *out,
                                       char reason[BL_REASON]) {
  char path[4096];
  const char *folder = getenv("TMPDIR");
  if (folder == NULL || *folder == '\0') folder = "/tmp";
  snprintf(path, sizeof path, "%s/bylaw-XXXXXX", folder);
  if (mkdtemp(path) == NULL) return unwritten(path, reason);
  size_t len = strlen(path);
  snprintf(path + len, sizeof path - len, "/tls.pem");
  out->ca_file = strdup(path);
  out->passing = out->ca_file != NULL;
  if (out->ca_file == NULL) {
    path[len] = '\0';
    rmdir(path);
    return bl_because(reason, BL_NOMEM, "out of memory");
  }
  return write_file(path, out->certificate, 0644) ? BL_OK
                                                  : unwritten(path, reason);
}

/* Copies what was made, and writes it down. */
static enum bl_status place(const char *key_file, struct bl_text pem,
                            struct bl_text key_pem, struct bl_tls *out,
                            char reason[BL_REASON]) {
  out->certificate = strndup(pem.bytes, pem.len);
  out->key = strndup(key_pem.bytes, key_pem.len);
  if (out->certificate == NULL || out->key == NULL)
    return bl_because(reason, BL_NOMEM, "out of memory");
  if (key_file == NULL) return place_in_passing(out, reason);
  if (!write_file(key_file, out->key, 0600)) return unwritten(key_file, reason);
  return write_file(out->ca_file, out->certificate, 0644)
             ? BL_OK
             : unwritten(out->ca_file, reason);
}

static enum bl_status make_anew(const char *key_file, const char *host,
                                int64_t now_s, struct bl_tls *out,
                                char reason[BL_REASON]) {
  struct bl_arena arena;
  struct bl_text pem, key_pem = {0};
  bl_arena_init(&arena, bl_alloc_libc, NULL, MAX_FILE, NULL, 0);
  enum bl_status s = make_pair(host, now_s, &arena, &pem, &key_pem);
  if (s == BL_OK)
    s = place(key_file, pem, key_pem, out, reason);
  else
    bl_because(reason, s,
               "no certificate can be made for '%s'; give one, and its key",
               host);
  if (key_pem.bytes != NULL)
    bl_wipe((void *)(uintptr_t)key_pem.bytes, key_pem.len);
  bl_arena_free(&arena);
  return s;
}

enum bl_status bl_tls_make(const char *store, const char *host, int64_t now_s,
                           struct bl_tls *out, char reason[BL_REASON]) {
  char path[4096], key_file[4096];
  *out = (struct bl_tls){0};
  if (strcmp(store, ":memory:") == 0)
    return make_anew(NULL, host, now_s, out, reason);
  if ((size_t)snprintf(path, sizeof path, "%s-tls.pem", store) >= sizeof path)
    return bl_because(reason, BL_STORE, "the path of the store is too long");
  snprintf(key_file, sizeof key_file, "%s-tls.key", store);
  out->certificate = read_file(path);
  out->key = read_file(key_file);
  bool usable = will_do(out, host, now_s);
  if (!usable) bl_tls_free(out);
  out->ca_file = strdup(path);
  if (out->ca_file == NULL)
    return bl_because(reason, BL_NOMEM, "out of memory");
  enum bl_status s =
      usable ? BL_OK : make_anew(key_file, host, now_s, out, reason);
  make_absolute(&out->ca_file);
  return s;
}

/* The file, and the folder that was made for it. */
static void remove_passing(char *file) {
  unlink(file);
  char *slash = strrchr(file, '/');
  if (slash == NULL) return;
  *slash = '\0';
  rmdir(file);
}

void bl_tls_free(struct bl_tls *tls) {
  if (tls->passing) remove_passing(tls->ca_file);
  if (tls->key != NULL) bl_wipe(tls->key, strlen(tls->key));
  free(tls->key);
  free(tls->certificate);
  free(tls->ca_file);
  *tls = (struct bl_tls){0};
}
