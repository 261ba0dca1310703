/* Many clients of one server at a time.
 *   crowd keep PORT TOKEN PATH COUNT   opens connections, asks on each, and
 *       asks again on each of those that are still there; prints how many were
 *       served both times, how many were told 503, and how many got nothing
 *   crowd stare PORT TOKEN PATH COUNT  asks on each and reads nothing; prints
 *       a line and waits for the end of its input */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MOST 12000

static char request[4096], answer[1 << 16];

static int connect_to(int port) {
  struct sockaddr_in to = {.sin_family = AF_INET,
                           .sin_port = htons((uint16_t)port),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval patience = {.tv_sec = 10};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return fd;
  close(fd);
  return -1;
}

/* Whether what was read is a whole answer, by its Content-Length. */
static int is_whole(size_t got) {
  answer[got] = '\0';
  const char *end = strstr(answer, "\r\n\r\n");
  const char *length = strstr(answer, "Content-Length: ");
  if (end == NULL || length == NULL) return 0;
  return got >= (size_t)(end + 4 - answer) + (size_t)atoi(length + 16);
}

static int ask(int fd) {
  size_t len = strlen(request);
  return send(fd, request, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* The status of the next answer; 0: none came. */
static int status_of(int fd) {
  size_t got = 0;
  while (got < sizeof answer - 1) {
    ssize_t n = recv(fd, answer + got, sizeof answer - 1 - got, 0);
    if (n <= 0) return 0;
    got += (size_t)n;
    if (is_whole(got)) return atoi(answer + 9);
  }
  return 0;
}

static void keep(int port, int count) {
  static int fds[MOST];
  int kept = 0, refused = 0, lost = 0;
  for (int i = 0; i < count; i++) {
    fds[i] = connect_to(port);
    int status = fds[i] >= 0 && ask(fds[i]) ? status_of(fds[i]) : 0;
    if (status == 200) continue;
    refused += status == 503;
    lost += status != 503;
    if (fds[i] >= 0) close(fds[i]);
    fds[i] = -1;
  }
  for (int i = 0; i < count; i++)
    if (fds[i] >= 0) kept += ask(fds[i]) && status_of(fds[i]) == 200;
  printf("kept %d, refused %d, lost %d\n", kept, refused, lost);
}

static void stare(int port, int count) {
  for (int i = 0; i < count; i++) {
    int fd = connect_to(port);
    if (fd >= 0) ask(fd);
  }
  puts("staring");
  fflush(stdout);
  while (getchar() != EOF) continue;
}

int main(int argc, char **argv) {
  struct rlimit files;
  if (argc != 6) return 64;
  int port = atoi(argv[2]), count = atoi(argv[5]);
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  if (count > MOST) return 64;
  snprintf(request, sizeof request,
           "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
           argv[4], argv[3]);
  if (strcmp(argv[1], "keep") == 0)
    keep(port, count);
  else
    stare(port, count);
  return 0;
}
