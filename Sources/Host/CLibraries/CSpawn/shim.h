// Starting and ending worker processes. The GNU extension is declared here because the feature
// macro that reveals it changes types of other C modules.
#pragma once
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sys/resource.h>
#include <unistd.h>
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
