// What a worker does to itself before it loads a plugin.
#pragma once
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
static inline void sandbox_end_group(int signal) { (void)signal; kill(0, SIGKILL); }
// When the host dies, the worker takes everything it started with it.
static inline int sandbox_die_with_parent(void) {
  signal(SIGTERM, sandbox_end_group);
  return prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
}
static inline int sandbox_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int sandbox_limit(int resource, unsigned long limit) {
  struct rlimit value = {limit, limit};
  return setrlimit(resource, &value);
}
static inline int sandbox_limit_memory(unsigned long bytes) { return sandbox_limit(RLIMIT_DATA, bytes); }
static inline int sandbox_limit_files(unsigned long count) { return sandbox_limit(RLIMIT_NOFILE, count); }
static inline int sandbox_no_core_dumps(void) { return sandbox_limit(RLIMIT_CORE, 0); }
static inline int sandbox_close_on_exec(int descriptor) { return fcntl(descriptor, F_SETFD, FD_CLOEXEC); }
