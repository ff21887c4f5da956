/* The floor of replacing a worker: SIGKILL to it, a new process of the same binary in its place,
 * and the first byte from the new one.
 *
 *   respawn [--count N]
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "measure.h"

extern char **environ;

static pid_t spawn_worker(int *fd) {
  int pair[2];
  char byte;
  pid_t pid;
  char *arguments[] = {"respawn", "worker", NULL};
  posix_spawn_file_actions_t actions;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) fail("socketpair");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pair[1], 3);
  if (posix_spawn(&pid, "/proc/self/exe", &actions, NULL, arguments, environ)) fail("posix_spawn");
  posix_spawn_file_actions_destroy(&actions);
  close(pair[1]);
  if (read(pair[0], &byte, 1) != 1) fail("read");
  *fd = pair[0];
  return pid;
}

static int be_a_worker(void) {
  char byte = 1;
  if (write(3, &byte, 1) != 1) return 1;
  return read(3, &byte, 1) < 0;
}

int main(int argc, char **argv) {
  int fd, count = (int)option(argc, argv, "count", 50);
  if (argc == 2 && !strcmp(argv[1], "worker")) return be_a_worker();
  static struct histogram times;
  pid_t pid = spawn_worker(&fd);
  for (int i = 0; i < count; i++) {
    int64_t before = now_ns();
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(fd);
    pid = spawn_worker(&fd);
    record(&times, now_ns() - before);
  }
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  printf("{\"count\": %d, \"p50_ms\": %.2f, \"max_ms\": %.2f}\n", count,
         (double)quantile(&times, 0.5) / 1e6, (double)times.max / 1e6);
  return 0;
}
