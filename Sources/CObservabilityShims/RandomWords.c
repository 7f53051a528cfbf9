// Seeds a generator for each thread from the system's random source, a call of which costs as much as a span.
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE
#include "RandomWords.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

static _Thread_local uint64_t state[4] __attribute__((tls_model("initial-exec")));
// The generation that the thread was seeded in; 0 before.
static _Thread_local uint64_t seeded_in __attribute__((tls_model("initial-exec"))) = 0;

// A process that fork(2) has made begins with a copy of the state above, and would go on with the same words as its
// parent: it is of another generation.
static _Atomic uint64_t generation = 1;
static pthread_once_t is_watched = PTHREAD_ONCE_INIT;

static void begin_generation(void) { atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed); }
static void watch_forks(void) { pthread_atfork(NULL, NULL, begin_generation); }

// Where the source is missing or forbidden: unlike on other threads and at other times.
// Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators".
static void seed_without_source(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t seed = (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec + ((uint64_t)getpid() << 40) +
                  (uint64_t)(uintptr_t)&state;
  for (int i = 0; i < 4; i++) {
    uint64_t mixed = seed += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    state[i] = mixed ^ (mixed >> 31);
  }
}

static inline uint64_t rotated(uint64_t word, int digits) { return word << digits | word >> (64 - digits); }

static __attribute__((noinline)) void seed(uint64_t now) {
  pthread_once(&is_watched, watch_forks);
  // A state of zeros would stay so.
  bool has_failed = getentropy(state, sizeof state) != 0;
  if (has_failed || (state[0] | state[1] | state[2] | state[3]) == 0) seed_without_source();
  seeded_in = now;
}

// Source: D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators" (xoshiro256++).
uint64_t mailobs_random_word(void) {
  uint64_t now = atomic_load_explicit(&generation, memory_order_relaxed);
  if (seeded_in != now) seed(now);
  uint64_t result = rotated(state[0] + state[3], 23) + state[0];
  uint64_t shifted = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotated(state[3], 45);
  return result;
}
