// Hands out stripes one after the other, so that the first threads of a process never collide, and marks the threads
// that run a hook.
#include "ThreadSlot.h"

#include <stdatomic.h>
#include <unistd.h>

_Thread_local uint32_t mailobs_thread_stripe_value __attribute__((tls_model("initial-exec"))) = 0;

static _Atomic uint32_t stripe_count = 0;
static _Atomic uint32_t next_thread = 0;

uint32_t mailobs_stripe_count(void) {
  uint32_t count = atomic_load_explicit(&stripe_count, memory_order_relaxed);
  if (count != 0) return count;
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  if (processors > 32) processors = 32;
  count = 2;
  while (count < processors * 2) count *= 2;
  // Processors may come and go; the first answer stands.
  uint32_t first = 0;
  return atomic_compare_exchange_strong(&stripe_count, &first, count) ? count : first;
}

uint32_t mailobs_thread_stripe_assign(void) {
  uint32_t thread = atomic_fetch_add_explicit(&next_thread, 1, memory_order_relaxed);
  uint32_t stripe = thread & (mailobs_stripe_count() - 1);
  mailobs_thread_stripe_value = stripe + 1;
  return stripe;
}

uint32_t mailobs_thread_stripe_move(void) {
  // Threads that met take different ways on. Source: G. Marsaglia, "Xorshift RNGs".
  static _Thread_local uint32_t random = 0;
  if (random == 0) random = (uint32_t)((uintptr_t)&random >> 4) | 1;
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  uint32_t mask = mailobs_stripe_count() - 1;
  uint32_t step = 1 + random % mask;
  uint32_t stripe = (mailobs_thread_stripe() + step) & mask;
  mailobs_thread_stripe_value = stripe + 1;
  return stripe;
}

static _Thread_local bool is_in_hook = false;

bool mailobs_thread_enter_hook(void) {
  if (is_in_hook) return false;
  is_in_hook = true;
  return true;
}

void mailobs_thread_leave_hook(void) { is_in_hook = false; }
