// Which socket calls does ObservabilitySockets need that Swift's platform modules do not show
// (accept4, pipe2), or that differ between Linux and macOS?
// A descriptor made here is non-blocking, closed on exec, and cannot raise SIGPIPE. Calls return
// the negative error number instead of setting errno, which Swift code could lose before reading it.
#ifndef MAILOBS_SHIMS_SOCKETS_H
#define MAILOBS_SHIMS_SOCKETS_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
// Hidden from module imports because _GNU_SOURCE is not defined there.
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pipe2(int[2], int);
#define MAILOBS_POLLRDHUP 0x2000
#define MAILOBS_SIOCOUTQ 0x5411
#else
#define MAILOBS_POLLRDHUP POLLHUP
#endif

#if !defined(__linux__)
static inline int mailobs_prepare_descriptor(int fd, int is_socket) {
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

static inline int mailobs_socket(int family) {
#if defined(__linux__)
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return fd < 0 ? -errno : fd;
#else
  int fd = socket(family, SOCK_STREAM, 0);
  return fd < 0 ? -errno : mailobs_prepare_descriptor(fd, 1);
#endif
}

static inline int mailobs_datagram_socket(int family) {
#if defined(__linux__)
  int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return fd < 0 ? -errno : fd;
#else
  int fd = socket(family, SOCK_DGRAM, 0);
  return fd < 0 ? -errno : mailobs_prepare_descriptor(fd, 1);
#endif
}

static inline ptrdiff_t mailobs_send_to(
    int fd, const void *bytes, size_t count, const struct sockaddr *address, socklen_t length) {
#if defined(__linux__)
  ssize_t sent = sendto(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT, address, length);
#else
  ssize_t sent = sendto(fd, bytes, count, 0, address, length);
#endif
  return sent < 0 ? -errno : sent;
}

static inline int mailobs_accept(int listener, struct sockaddr *address, socklen_t *length) {
#if defined(__linux__)
  int fd = accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return fd < 0 ? -errno : fd;
#else
  int fd = accept(listener, address, length);
  return fd < 0 ? -errno : mailobs_prepare_descriptor(fd, 1);
#endif
}

static inline int mailobs_pipe(int ends[2]) {
#if defined(__linux__)
  return pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0 ? -errno : 0;
#else
  if (pipe(ends) < 0) return -errno;
  int first = mailobs_prepare_descriptor(ends[0], 0);
  if (first < 0) {
    close(ends[1]);
    return first;
  }
  int second = mailobs_prepare_descriptor(ends[1], 0);
  if (second < 0) close(ends[0]);
  return second < 0 ? second : 0;
#endif
}

static inline ptrdiff_t mailobs_send(int fd, const void *bytes, size_t count) {
#if defined(__linux__)
  ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
#else
  ssize_t sent = send(fd, bytes, count, 0);
#endif
  return sent < 0 ? -errno : sent;
}

// Bounds what the system keeps for a socket, and for those that a listener accepts, which inherit it: bytes that are
// not acknowledged, and bytes that are not read.
static inline void mailobs_bound_buffers(int fd, int send, int receive) {
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof send);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
}

// Whether connections stay with the system until their peer has sent something, or a second has passed. Without effect
// where the system has no such thing.
static inline void mailobs_defer_accept(int fd, int is_deferred) {
#if defined(TCP_DEFER_ACCEPT)
  setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &is_deferred, sizeof is_deferred);
#else
  (void)fd;
  (void)is_deferred;
#endif
}

// How many connections wait to be accepted; 0 where the system does not tell.
static inline int mailobs_waiting_connections(int listener) {
#if defined(__linux__)
  struct tcp_info info;
  socklen_t size = sizeof info;
  if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) return (int)info.tcpi_unacked;
#else
  (void)listener;
#endif
  return 0;
}

// How many bytes the peer has not acknowledged but may still take; 0 where the system does not tell.
static inline int mailobs_unacknowledged(int fd) {
  int count = 0;
#if defined(__linux__)
  if (ioctl(fd, MAILOBS_SIOCOUTQ, &count) != 0) return 0;
  // After a reset the system goes on counting what it will never send. The state is the first byte of tcp_info(7).
  unsigned char state = 0;
  socklen_t size = sizeof state;
  if (count > 0 && getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &size) == 0 && state == TCP_CLOSE) return 0;
#else
  socklen_t size = sizeof count;
  if (getsockopt(fd, SOL_SOCKET, SO_NWRITE, &count, &size) != 0) return 0;
#endif
  return count;
}

// Makes closing the socket reset the connection, which frees what the peer has not taken.
static inline void mailobs_reset_on_close(int fd) {
  struct linger none = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

// What tells one socket from a later one with the same number; 0 when there is none.
static inline uint64_t mailobs_identity(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 ? (uint64_t)status.st_ino : 0;
}

static inline ptrdiff_t mailobs_receive(int fd, void *bytes, size_t count) {
  ssize_t received = recv(fd, bytes, count, 0);
  return received < 0 ? -errno : received;
}

#endif
