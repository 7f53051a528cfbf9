// How many heap allocations does a piece of code make, and how much memory does it hold?
//
// Linking this target replaces the C library's allocation functions in the whole process, the Swift runtime's calls
// included. They count between start and stop, in all threads, and otherwise only pass on. glibc only: elsewhere
// nothing is replaced, and `allocation_counter_available` is 0.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

struct allocation_counts {
  // Calls that returned memory, a moving realloc included.
  uint64_t allocations;
  // Bytes held more than at the start; what each block takes in the heap, its header included.
  int64_t live_bytes;
  // The highest that live_bytes has been.
  int64_t peak_bytes;
};

int allocation_counter_available(void);
void allocation_counter_start(void);
struct allocation_counts allocation_counter_stop(void);

// Gives free memory back to the system where the C library can; for before and after a reading of resident memory.
void allocation_counter_trim(void);

#endif
