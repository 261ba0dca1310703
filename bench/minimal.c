/* What libmicrohttpd alone can do: it takes any request and returns the answer
 * of bench/support/nginx.conf, made once, with one header.
 * usage: minimal PORT */
#include <microhttpd.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char text[] =
    "{\"@odata.context\":\"http://127.0.0.1/v1.0/metadata#policies/"
    "tokenLifetimePolicies/"
    "entity\",\"id\":\"00000000-0000-0000-0000-000000000000\","
    "\"deletedDateTime\":null,\"definition\":[\"{\\\"TokenLifetimePolicy\\\":{"
    "\\\"Version\\\":1,\\\"AccessTokenLifetime\\\":\\\"8:00:00\\\"}}\"],"
    "\"displayName\":\"CustomTokenLifetimePolicy\",\"isOrganizationDefault\":"
    "false}";

static enum MHD_Result serve(void *ud, struct MHD_Connection *connection,
                             const char *url, const char *method,
                             const char *version, const char *bytes,
                             size_t *len, void **hung) {
  (void)url, (void)method, (void)version, (void)bytes;
  if (*hung == NULL) {
    *hung = ud;
    return MHD_YES;
  }
  if (*len > 0) {
    *len = 0;
    return MHD_YES;
  }
  return MHD_queue_response(connection, 201, ud);
}

int main(int count, char **words) {
  struct MHD_Response *answer = MHD_create_response_from_buffer(
      sizeof text - 1, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
  if (count != 2 || answer == NULL ||
      !MHD_add_response_header(answer, "Content-Type", "application/json"))
    return 1;
  struct MHD_Daemon *daemon =
      MHD_start_daemon(MHD_USE_EPOLL, (uint16_t)atoi(words[1]), NULL, NULL,
                       serve, answer, MHD_OPTION_END);
  if (daemon == NULL) return 1;
  const union MHD_DaemonInfo *info =
      MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  struct pollfd ready = {.fd = info->epoll_fd, .events = POLLIN};
  while (poll(&ready, 1, -1) >= 0) MHD_run(daemon);
  return 1;
}
