// What the Glibc module leaves out: notifications about files and directories.
#pragma once
#include <sys/inotify.h>
#include <unistd.h>
