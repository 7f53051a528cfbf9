// What do the few functions of zlib look like that are called? The library is opened when it is needed: a program that
// was linked to it would not start where it is missing, and would not build without its header.
#ifndef MAILOBS_SHIMS_ZLIB_H
#define MAILOBS_SHIMS_ZLIB_H

#include <stdint.h>

// z_stream of zlib 1, whose layout has been the same in all its versions. Source: zlib.h.
struct mailobs_zlib_stream {
  const uint8_t *next_in;
  unsigned int avail_in;
  unsigned long total_in;
  uint8_t *next_out;
  unsigned int avail_out;
  unsigned long total_out;
  const char *msg;
  void *state;
  void *zalloc;
  void *zfree;
  void *opaque;
  int data_type;
  unsigned long adler;
  unsigned long reserved;
};

typedef int (*mailobs_zlib_init)(
  struct mailobs_zlib_stream *stream, int level, int method, int window_bits, int memory_level, int strategy,
  const char *version, int stream_size);
typedef int (*mailobs_zlib_deflate)(struct mailobs_zlib_stream *stream, int flush);
typedef int (*mailobs_zlib_end)(struct mailobs_zlib_stream *stream);

// Begins a gzip stream (31: a window of 2^15 bytes, and 16 for gzip's header). The library compares the first digit of
// the version, and the size, with its own.
static inline int mailobs_zlib_begin(void *init, struct mailobs_zlib_stream *stream, int level) {
  const int deflated = 8, gzip_window = 31, default_memory = 8, default_strategy = 0;
  return ((mailobs_zlib_init)init)(
    stream, level, deflated, gzip_window, default_memory, default_strategy, "1.2.11", (int)sizeof *stream);
}

static inline int mailobs_zlib_continue(void *deflate, struct mailobs_zlib_stream *stream, int is_last) {
  const int no_flush = 0, finish = 4;
  return ((mailobs_zlib_deflate)deflate)(stream, is_last ? finish : no_flush);
}

static inline void mailobs_zlib_finish(void *end, struct mailobs_zlib_stream *stream) {
  ((mailobs_zlib_end)end)(stream);
}

#endif
