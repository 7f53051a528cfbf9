// How is the one function of libcrypt called that is? The library is opened when it is needed: a program that was linked
// to it would not start where it is missing, and would not build without its header.
#ifndef MAILOBS_SHIMS_CRYPT_H
#define MAILOBS_SHIMS_CRYPT_H

#include <stddef.h>
#include <string.h>

// What a struct crypt_data takes, with room to spare: 32,768 bytes of libxcrypt, 131,232 of glibc.
#define MAILOBS_CRYPT_DATA_SIZE 262144

typedef char *(*mailobs_crypt_r)(const char *phrase, const char *setting, void *data);

// Null, or a text inside of `data` that begins with `*`, where it cannot be hashed. The data has to be all zero.
static inline const char *mailobs_crypt(void *crypt_r, const char *phrase, const char *setting, void *data) {
  return ((mailobs_crypt_r)crypt_r)(phrase, setting, data);
}

// Clears memory that held a secret; the compiler takes none of it away because the memory is freed next.
static inline void mailobs_wipe(void *bytes, size_t count) {
  memset(bytes, 0, count);
  __asm__ volatile("" : : "r"(bytes) : "memory");
}

#endif
