#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool bl_is_local(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const void *)address;
    return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
  }
  const struct sockaddr_in6 *v6 = (const void *)address;
  return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* The addresses of a host, to be freed with freeaddrinfo. NULL: there are none,
 * and *status and reason say why. */
static struct addrinfo *resolve(const char *host, uint16_t port,
                                enum bl_status *status,
                                char reason[BL_REASON]) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC,
                           .ai_socktype = SOCK_STREAM,
                           .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  struct addrinfo *found = NULL;
  char service[8];
  snprintf(service, sizeof service, "%u", (unsigned)port);
  /* by hand, because some machines know localhost as ::1 first */
  const char *name = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
  int failed =
      *host == '\0' ? EAI_NONAME : getaddrinfo(name, service, &hints, &found);
  if (failed == 0) return found;
  *status = bl_because(reason, failed == EAI_MEMORY ? BL_NOMEM : BL_INVALID,
                       "'%s' is no address to listen on (%s); give one such "
                       "as 127.0.0.1",
                       host, gai_strerror(failed));
  return NULL;
}

static enum bl_status refused(const char *host, uint16_t port,
                              char reason[BL_REASON]) {
  switch (errno) {
  case EADDRINUSE:
    return bl_because(reason, BL_LISTEN,
                      "port %u of %s is in use; choose another one, or 0 to "
                      "have one picked",
                      (unsigned)port, host);
  case EACCES:
    return bl_because(reason, BL_LISTEN,
                      "port %u of %s needs privileges; choose one above 1023",
                      (unsigned)port, host);
  case EADDRNOTAVAIL:
    return bl_because(reason, BL_LISTEN,
                      "'%s' is not an address of this machine; 127.0.0.1 "
                      "always is",
                      host);
  default:
    return bl_because(reason, BL_LISTEN, "cannot listen on port %u of %s: %s",
                      (unsigned)port, host, strerror(errno));
  }
}

static int open_socket(const struct addrinfo *address) {
  int on = 1;
  int fd =
      socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  /* so that a restart need not wait for connections of the run before */
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
      listen(fd, SOMAXCONN) == 0)
    return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

/* Fills in what was bound. */
static bool describe(struct bl_listener *out, bool secure) {
  struct sockaddr_storage bound;
  socklen_t len = sizeof bound;
  char host[INET6_ADDRSTRLEN];
  if (getsockname(out->fd, (struct sockaddr *)&bound, &len) != 0) return false;
  bool v6 = bound.ss_family == AF_INET6;
  const struct sockaddr_in *four = (const void *)&bound;
  const struct sockaddr_in6 *six = (const void *)&bound;
  const void *address =
      v6 ? (const void *)&six->sin6_addr : (const void *)&four->sin_addr;
  out->port = ntohs(v6 ? six->sin6_port : four->sin_port);
  if (inet_ntop(bound.ss_family, address, host, sizeof host) == NULL)
    return false;
  snprintf(out->url, sizeof out->url, v6 ? "%s://[%s]:%u" : "%s://%s:%u",
           secure ? "https" : "http", host, (unsigned)out->port);
  return true;
}

enum bl_status bl_listen(const char *host, uint16_t port, bool allow_remote,
                         bool secure, struct bl_listener *out,
                         char reason[BL_REASON]) {
  enum bl_status s = BL_OK;
  out->fd = -1;
  struct addrinfo *address = resolve(host, port, &s, reason);
  if (address == NULL) return s;
  if (!allow_remote && !bl_is_local(address->ai_addr)) {
    s = bl_because(reason, BL_INVALID,
                   "'%s' can be reached from other machines; listen on "
                   "127.0.0.1, or allow it expressly",
                   host);
    goto done;
  }
  out->fd = open_socket(address);
  if (out->fd < 0 || !describe(out, secure)) {
    s = refused(host, port, reason);
    if (out->fd >= 0) close(out->fd);
    out->fd = -1;
  }
done:
  freeaddrinfo(address);
  return s;
}
