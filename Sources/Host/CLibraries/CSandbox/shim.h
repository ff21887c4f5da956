// What a worker does to itself before it loads a plugin.
#pragma once
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
static inline void sandbox_end_group(int signal) { (void)signal; kill(0, SIGKILL); }
// When the host dies, the worker takes everything it started with it.
static inline int sandbox_die_with_parent(void) {
  signal(SIGTERM, sandbox_end_group);
  return prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
}
static inline int sandbox_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
#if defined(__x86_64__)
#define SANDBOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCH AUDIT_ARCH_AARCH64
#endif
// Nothing that the worker starts may leave its process group, by which it is killed; this needs no
// privileges and holds for all descendants. Calls by another architecture's numbers are refused too.
static inline int sandbox_keep_group(void) {
#ifdef SANDBOX_ARCH
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCH, 0, 5),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_setsid, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_setpgid, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#else
  return -1;
#endif
}
static inline int sandbox_limit(int resource, unsigned long limit) {
  struct rlimit value = {limit, limit};
  return setrlimit(resource, &value);
}
static inline int sandbox_limit_memory(unsigned long bytes) { return sandbox_limit(RLIMIT_DATA, bytes); }
static inline int sandbox_limit_files(unsigned long count) { return sandbox_limit(RLIMIT_NOFILE, count); }
static inline int sandbox_no_core_dumps(void) { return sandbox_limit(RLIMIT_CORE, 0); }
static inline int sandbox_close_on_exec(int descriptor) { return fcntl(descriptor, F_SETFD, FD_CLOEXEC); }
