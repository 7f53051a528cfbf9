// Which stripe of a striped instrument does the calling thread use, and is it inside a hook?
#ifndef MAILOBS_SHIMS_THREAD_SLOT_H
#define MAILOBS_SHIMS_THREAD_SLOT_H

#include <stdbool.h>
#include <stdint.h>

// 0 until the thread's first use; then the number of its stripe + 1, so that the hot path neither masks it nor asks
// how many stripes there are.
// Initial-exec: one load relative to the thread pointer instead of a call to __tls_get_addr.
extern _Thread_local uint32_t mailobs_thread_stripe_value __attribute__((tls_model("initial-exec")));

// A power of two, at least twice the processors (of which 32 count), so that two busy threads rarely share a stripe.
uint32_t mailobs_stripe_count(void);

uint32_t mailobs_thread_stripe_assign(void);

// After a collision: moves this thread to another stripe.
uint32_t mailobs_thread_stripe_move(void);

// 0 before the thread's first use, then the number of its stripe + 1.
static inline uint32_t mailobs_thread_stripe_number(void) { return mailobs_thread_stripe_value; }

static inline uint32_t mailobs_thread_stripe(void) {
  uint32_t value = mailobs_thread_stripe_value;
  return value != 0 ? value - 1 : mailobs_thread_stripe_assign();
}

// Another number for every thread that lives.
static inline uintptr_t mailobs_thread_identity(void) { return (uintptr_t)&mailobs_thread_stripe_value; }

// Says that the thread waits for another: it leaves the core's units to a sibling, and looks again a little later.
static inline void mailobs_spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

// False when this thread is inside already.
bool mailobs_thread_enter_hook(void);
void mailobs_thread_leave_hook(void);

#endif
