// Hands out thread slots: consecutive numbers, so that the first threads of a process never collide.
#include "ThreadSlot.h"

#include <stdatomic.h>

_Thread_local uint32_t platform_thread_slot_value __attribute__((tls_model("initial-exec"))) = 0;

static _Atomic uint32_t next_slot = 0;

uint32_t platform_thread_slot_assign(void) {
  uint32_t slot = atomic_fetch_add_explicit(&next_slot, 1, memory_order_relaxed) + 1;
  if (slot == 0) slot = 1;
  platform_thread_slot_value = slot;
  return slot;
}
