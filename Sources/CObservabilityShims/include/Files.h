// Is a file still what was read of it? What stat(2) tells, whose fields of time have another name on every system.
#ifndef MAILOBS_SHIMS_FILES_H
#define MAILOBS_SHIMS_FILES_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct mailobs_file_stamp {
  uint64_t device;
  uint64_t inode;
  int64_t size;
  // Nanoseconds since 1970: of the last change of the content, and of the last change at all.
  int64_t modified;
  int64_t changed;
  bool is_regular;
};

// 0, or the negative error number.
static inline int mailobs_stamp_file(int fd, struct mailobs_file_stamp *stamp) {
  struct stat status;
  if (fstat(fd, &status) != 0) return -errno;
#if defined(__APPLE__)
  struct timespec modified = status.st_mtimespec, changed = status.st_ctimespec;
#else
  struct timespec modified = status.st_mtim, changed = status.st_ctim;
#endif
  stamp->device = (uint64_t)status.st_dev;
  stamp->inode = (uint64_t)status.st_ino;
  stamp->size = (int64_t)status.st_size;
  stamp->modified = (int64_t)((uint64_t)modified.tv_sec * 1000000000u + (uint64_t)modified.tv_nsec);
  stamp->changed = (int64_t)((uint64_t)changed.tv_sec * 1000000000u + (uint64_t)changed.tv_nsec);
  stamp->is_regular = S_ISREG(status.st_mode);
  return 0;
}

#endif
