// Which stripe of a striped instrument does the calling thread use?
#ifndef PLATFORM_SHIMS_THREAD_SLOT_H
#define PLATFORM_SHIMS_THREAD_SLOT_H

#include <stdint.h>
#if defined(__linux__)
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#endif

// 0 until the thread's first use; then a number that consecutive threads do not share.
// Initial-exec: one load relative to the thread pointer instead of a call to __tls_get_addr.
extern _Thread_local uint32_t platform_thread_slot_value __attribute__((tls_model("initial-exec")));

uint32_t platform_thread_slot_assign(void);

static inline uint32_t platform_thread_slot(void) {
  uint32_t slot = platform_thread_slot_value;
  return slot != 0 ? slot : platform_thread_slot_assign();
}

// After a collision: move this thread to another slot.
static inline uint32_t platform_thread_slot_move(void) {
  uint32_t slot = platform_thread_slot_value * 747796405u + 2891336453u;
  platform_thread_slot_value = slot | 1u;
  return slot | 1u;
}

#endif
