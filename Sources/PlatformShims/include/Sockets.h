// Which socket, thread and clock calls does SocketIO need that Swift's platform modules do not show
// (accept4, pipe2), or that differ between Linux and macOS?
// A descriptor made here is non-blocking, closed on exec, and cannot raise SIGPIPE. Calls return
// the negative error number instead of setting errno, which Swift code could lose before reading it.
#ifndef PLATFORM_SHIMS_SOCKETS_H
#define PLATFORM_SHIMS_SOCKETS_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
// Hidden from module imports because _GNU_SOURCE is not defined there.
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pipe2(int[2], int);
extern int pthread_setname_np(pthread_t, const char *);
#endif

#if !defined(__linux__)
static inline int platform_prepare_descriptor(int fd, int is_socket) {
  int flags = fcntl(fd, F_GETFL, 0);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
    int error = errno;
    close(fd);
    return -error;
  }
  int on = 1;
  // Fails with EINVAL on a connection that is already reset; sending on it then fails without a signal.
  if (is_socket) setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
  return fd;
}
#endif

static inline int platform_socket(int family) {
#if defined(__linux__)
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return fd < 0 ? -errno : fd;
#else
  int fd = socket(family, SOCK_STREAM, 0);
  return fd < 0 ? -errno : platform_prepare_descriptor(fd, 1);
#endif
}

static inline int platform_accept(int listener, struct sockaddr *address, socklen_t *length) {
#if defined(__linux__)
  int fd = accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return fd < 0 ? -errno : fd;
#else
  int fd = accept(listener, address, length);
  return fd < 0 ? -errno : platform_prepare_descriptor(fd, 1);
#endif
}

static inline int platform_pipe(int ends[2]) {
#if defined(__linux__)
  return pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0 ? -errno : 0;
#else
  if (pipe(ends) < 0) return -errno;
  int first = platform_prepare_descriptor(ends[0], 0);
  if (first < 0) {
    close(ends[1]);
    return first;
  }
  int second = platform_prepare_descriptor(ends[1], 0);
  if (second < 0) close(ends[0]);
  return second < 0 ? second : 0;
#endif
}

static inline ptrdiff_t platform_send(int fd, const void *bytes, size_t count) {
#if defined(__linux__)
  ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
#else
  ssize_t sent = send(fd, bytes, count, 0);
#endif
  return sent < 0 ? -errno : sent;
}

static inline ptrdiff_t platform_receive(int fd, void *bytes, size_t count) {
  ssize_t received = recv(fd, bytes, count, 0);
  return received < 0 ? -errno : received;
}

// Nanoseconds of a clock that also runs while the machine is suspended, as ContinuousClock does.
static inline int64_t platform_continuous_nanoseconds(void) {
#if defined(__linux__)
  struct timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
#else
  return (int64_t)clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW);
#endif
}

static inline uintptr_t platform_current_thread(void) { return (uintptr_t)pthread_self(); }

// Signals belong to the host's threads; those that a fault raises on this very thread stay open.
static inline int platform_start_thread(void *(*body)(void *), void *context, uintptr_t *thread) {
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
  int error = pthread_create(&created, NULL, (void *(*)(void *))body, context);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  if (error == 0) *thread = (uintptr_t)created;
  return -error;
}

static inline void platform_name_this_thread(const char *name) {
  char shortened[16];
  strncpy(shortened, name, sizeof shortened - 1);
  shortened[sizeof shortened - 1] = 0;
#if defined(__linux__)
  pthread_setname_np(pthread_self(), shortened);
#else
  pthread_setname_np(shortened);
#endif
}

static inline void platform_join_thread(uintptr_t thread) { pthread_join((pthread_t)thread, NULL); }
static inline void platform_detach_thread(uintptr_t thread) { pthread_detach((pthread_t)thread); }

#endif
