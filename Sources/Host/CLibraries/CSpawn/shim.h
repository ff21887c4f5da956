// Starting and ending worker processes. The GNU extensions are declared here because the feature
// macro that reveals them changes types of other C modules.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
extern int pipe2(int[2], int);
extern long syscall(long, ...);
// A descriptor that is readable when the process is gone; -1 where the kernel has none.
static inline int spawn_pidfd_open(pid_t pid) { return (int)syscall(434, pid, 0); }
// A copy of a descriptor that stays clear of the numbers a child uses, closed on exec.
static inline int spawn_move_up(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 10); }
// Other processes of the same user may read neither memory nor environment of this one.
static inline int spawn_hide_self(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
static inline int spawn_set_nonblocking(int descriptor) {
  return fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}
