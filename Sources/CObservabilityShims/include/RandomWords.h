// Where do identifiers come from that are the same nowhere else, without a lock that threads meet at?
#ifndef MAILOBS_SHIMS_RANDOM_WORDS_H
#define MAILOBS_SHIMS_RANDOM_WORDS_H

#include <stdint.h>

// 64 random bits, of a generator that each thread has for itself and that the system has seeded at random. Not for
// secrets: from enough words the next ones follow.
uint64_t mailobs_random_word(void);

#endif
