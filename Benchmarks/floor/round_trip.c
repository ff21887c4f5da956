/* The floor of one run: a message to a worker that waits for it, and its answer, one at a time;
 * host and worker on two cores, as they are when both have something to do, and on one, where the
 * answer needs no wake-up of another core.
 *
 *   round-trip [--count N]
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "measure.h"

static void run_on(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (sched_setaffinity(0, sizeof cores, &cores)) fail("sched_setaffinity");
}

static void serve(int fd, int core) {
  char message[64];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  run_on(core);
  while (recv(fd, message, sizeof message, 0) > 0)
    if (send(fd, message, sizeof message, 0) < 0) break;
  _exit(0);
}

static void measure(struct histogram *trips, int count, int host, int worker) {
  int pair[2];
  char message[64] = {0};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair)) fail("socketpair");
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    close(pair[0]);
    serve(pair[1], worker);
  }
  close(pair[1]);
  run_on(host);
  for (int i = -count / 10; i < count; i++) {
    int64_t before = now_ns();
    if (send(pair[0], message, sizeof message, 0) < 0) fail("send");
    if (recv(pair[0], message, sizeof message, 0) <= 0) fail("recv");
    if (i >= 0) record(trips, now_ns() - before);
  }
  close(pair[0]);
  waitpid(pid, NULL, 0);
}

/* The first two cores this process may use; the same one twice when there is only one. */
static void choose_cores(int *first, int *second) {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores)) fail("sched_getaffinity");
  *first = *second = -1;
  for (int core = 0; core < CPU_SETSIZE && *second < 0; core++) {
    if (!CPU_ISSET(core, &cores)) continue;
    if (*first < 0) *first = core;
    else *second = core;
  }
  if (*second < 0) *second = *first;
}

int main(int argc, char **argv) {
  static struct histogram apart, together;
  int first, second, count = (int)option(argc, argv, "count", 20000);
  choose_cores(&first, &second);
  measure(&apart, count, first, second);
  measure(&together, count, first, first);
  printf("{\"count\": %d, \"p50_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f, "
         "\"same_core_p50_us\": %.1f}\n",
         count, (double)quantile(&apart, 0.5) / 1e3, (double)quantile(&apart, 0.99) / 1e3,
         (double)apart.max / 1e3, (double)quantile(&together, 0.5) / 1e3);
  return 0;
}
