// Who else holds the current span of a task?
#ifndef MAILOBS_SHIMS_SPAN_BRIDGE_H
#define MAILOBS_SHIMS_SPAN_BRIDGE_H

#include <stdatomic.h>
#include <stdint.h>

extern _Atomic(uintptr_t) mailobs_span_bridge_word;

// 0 where nobody does. A variable of C, since asking for one of Swift's asks first whether it has been made.
static inline uintptr_t mailobs_span_bridge(void) {
  return atomic_load_explicit(&mailobs_span_bridge_word, memory_order_acquire);
}

// The word that was there.
static inline uintptr_t mailobs_span_bridge_exchange(uintptr_t word) {
  return atomic_exchange_explicit(&mailobs_span_bridge_word, word, memory_order_acq_rel);
}

#endif
