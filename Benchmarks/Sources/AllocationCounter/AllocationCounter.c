// Counts by standing in the place of malloc and its kin; see the header.

#include "AllocationCounter.h"

#if defined(__GLIBC__) || (defined(__linux__) && defined(__GNU_LIBRARY__))
#define HAS_GLIBC 1
#else
#include <stdlib.h>
#if defined(__GLIBC__)
#define HAS_GLIBC 1
#endif
#endif

#if HAS_GLIBC

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_int counting;
static atomic_uint_fast64_t allocations;
static atomic_int_fast64_t live, peak;

// The chunk that holds a block: its usable bytes and the size word before them.
static int64_t footprint(void *block) { return block ? (int64_t)malloc_usable_size(block) + 8 : 0; }

static void account(int64_t change) {
  int_fast64_t now = atomic_fetch_add_explicit(&live, change, memory_order_relaxed) + change;
  int_fast64_t seen = atomic_load_explicit(&peak, memory_order_relaxed);
  while (now > seen
         && !atomic_compare_exchange_weak_explicit(&peak, &seen, now, memory_order_relaxed, memory_order_relaxed)) {
  }
}

static inline int is_counting(void) { return atomic_load_explicit(&counting, memory_order_relaxed); }

static inline void *made(void *block) {
  if (is_counting() && block) {
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    account(footprint(block));
  }
  return block;
}

void *malloc(size_t size) { return made(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return made(__libc_calloc(count, size)); }
void *memalign(size_t alignment, size_t size) { return made(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return made(__libc_memalign(alignment, size)); }

int posix_memalign(void **out, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void *block = made(__libc_memalign(alignment, size));
  if (!block) return ENOMEM;
  *out = block;
  return 0;
}

void *realloc(void *block, size_t size) {
  if (!is_counting()) return __libc_realloc(block, size);
  int64_t before = footprint(block);
  void *moved = __libc_realloc(block, size);
  if (moved || size == 0) {
    account(footprint(moved) - before);
    if (moved != block) atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
  }
  return moved;
}

void free(void *block) {
  if (is_counting()) account(-footprint(block));
  __libc_free(block);
}

int allocation_counter_available(void) { return 1; }

void allocation_counter_start(void) {
  atomic_store(&allocations, 0);
  atomic_store(&live, 0);
  atomic_store(&peak, 0);
  atomic_store(&counting, 1);
}

struct allocation_counts allocation_counter_stop(void) {
  atomic_store(&counting, 0);
  struct allocation_counts counts = {atomic_load(&allocations), atomic_load(&live), atomic_load(&peak)};
  return counts;
}

void allocation_counter_trim(void) { malloc_trim(0); }

#else

int allocation_counter_available(void) { return 0; }
void allocation_counter_start(void) {}
struct allocation_counts allocation_counter_stop(void) {
  struct allocation_counts counts = {0, 0, 0};
  return counts;
}
void allocation_counter_trim(void) {}

#endif
