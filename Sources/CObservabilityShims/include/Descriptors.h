// How many descriptors does a process have open? Without memory of its own, and on newer kernels without one more of them.
#ifndef MAILOBS_SHIMS_DESCRIPTORS_H
#define MAILOBS_SHIMS_DESCRIPTORS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__linux__)
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

// Whether a path is on procfs: any other directory has a size that says something else.
static inline bool mailobs_is_on_proc(const char *path) {
  struct statfs system;
  return statfs(path, &system) == 0 && (unsigned long)system.f_type == 0x9fa0ul;
}

// The entries of a directory that are called by a number, without the one by which it is read; or the negative error
// number. Source: getdents(2).
static inline int64_t mailobs_list_descriptors(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  _Alignas(8) char entries[16384];
  int64_t count = 0;
  for (;;) {
    long size = syscall(SYS_getdents64, fd, entries, sizeof entries);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      int error = errno;
      close(fd);
      return -error;
    }
    if (size == 0) break;
    // Of each: the inode, the offset of the next (8 bytes each), its own length (2), its type (1), its name.
    for (long at = 0; at + 19 < size;) {
      uint16_t length;
      memcpy(&length, entries + at + 16, sizeof length);
      if (length < 20 || at + length > size) break;
      char first = entries[at + 19];
      if (first >= '0' && first <= '9') count++;
      at += length;
    }
  }
  bool is_among_them = mailobs_is_on_proc(path);
  close(fd);
  return is_among_them ? count - 1 : count;
}

// The same; from Linux 6.2 on the size of the directory says it, also when there is no descriptor left to read it by.
// Source: proc_pid_fd(5).
static inline int64_t mailobs_count_descriptors(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return -errno;
  if (status.st_size > 0 && mailobs_is_on_proc(path)) return (int64_t)status.st_size;
  return mailobs_list_descriptors(path);
}
#endif

#endif
