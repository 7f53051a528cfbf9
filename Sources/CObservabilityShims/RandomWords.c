// Seeds a generator for each thread from the system's random source, a call of which costs as much as a span.
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE
#include "RandomWords.h"

#include <stdbool.h>
#include <time.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

static _Thread_local uint64_t state[4] __attribute__((tls_model("initial-exec")));
static _Thread_local bool is_seeded __attribute__((tls_model("initial-exec"))) = false;

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

// Source: D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators" (xoshiro256++).
uint64_t mailobs_random_word(void) {
  if (!is_seeded) {
    // A state of zeros would stay so.
    bool has_failed = getentropy(state, sizeof state) != 0;
    if (has_failed || (state[0] | state[1] | state[2] | state[3]) == 0) seed_without_source();
    is_seeded = true;
  }
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
