// How is a thread started that the host's signals do not reach, and what time is it for deadlines?
// Calls return the negative error number instead of setting errno.
#ifndef MAILOBS_SHIMS_THREADS_H
#define MAILOBS_SHIMS_THREADS_H

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

// Hidden from module imports because _GNU_SOURCE is not defined there.
extern int pthread_setname_np(pthread_t, const char *);
extern long syscall(long, ...);
#endif

// Nanoseconds of a clock that also runs while the machine is suspended, as ContinuousClock does.
static inline int64_t mailobs_continuous_nanoseconds(void) {
#if defined(__linux__)
  struct timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
#else
  return (int64_t)clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW);
#endif
}

// Nanoseconds for which the calling thread has had a processor.
static inline int64_t mailobs_thread_nanoseconds(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return 0;
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// What the system calls the calling thread; 0 where it has no number for it.
static inline int64_t mailobs_thread_number(void) {
#if defined(__linux__)
  return (int64_t)syscall(SYS_gettid);
#else
  uint64_t number = 0;
  return pthread_threadid_np(NULL, &number) == 0 ? (int64_t)number : 0;
#endif
}

static inline uintptr_t mailobs_current_thread(void) { return (uintptr_t)pthread_self(); }

// Signals belong to the host's threads; those that a fault raises on this very thread stay open.
// A stack size of 0 is the system's own.
static inline int mailobs_start_thread(void *(*body)(void *), void *context, size_t stack_size, uintptr_t *thread) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (stack_size != 0) pthread_attr_setstacksize(&attributes, stack_size);
  sigset_t blocked, previous;
  sigfillset(&blocked);
  sigdelset(&blocked, SIGSEGV);
  sigdelset(&blocked, SIGBUS);
  sigdelset(&blocked, SIGFPE);
  sigdelset(&blocked, SIGILL);
  sigdelset(&blocked, SIGTRAP);
  sigdelset(&blocked, SIGABRT);
  sigdelset(&blocked, SIGPROF);
  pthread_sigmask(SIG_SETMASK, &blocked, &previous);
  pthread_t created;
  int error = pthread_create(&created, &attributes, (void *(*)(void *))body, context);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  pthread_attr_destroy(&attributes);
  if (error == 0) *thread = (uintptr_t)created;
  return -error;
}

static inline void mailobs_name_this_thread(const char *name) {
  char shortened[16];
  strncpy(shortened, name, sizeof shortened - 1);
  shortened[sizeof shortened - 1] = 0;
#if defined(__linux__)
  pthread_setname_np(pthread_self(), shortened);
#else
  pthread_setname_np(shortened);
#endif
}

// Lets other threads go first, for the rest of the calling one's life. Linux alone has this of a thread; elsewhere it is
// the whole process's.
static inline void mailobs_lower_thread_priority(void) {
#if defined(__linux__)
  setpriority(PRIO_PROCESS, 0, 10);
#endif
}

static inline int mailobs_thread_priority(void) { return getpriority(PRIO_PROCESS, 0); }

static inline void mailobs_join_thread(uintptr_t thread) { pthread_join((pthread_t)thread, NULL); }
static inline void mailobs_detach_thread(uintptr_t thread) { pthread_detach((pthread_t)thread); }

#endif
