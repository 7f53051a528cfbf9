// What is a system call called, by its number? Of those that a thread may wait in.
#ifndef MAILOBS_SHIMS_SYSTEM_CALLS_H
#define MAILOBS_SHIMS_SYSTEM_CALLS_H

#include <stddef.h>

#if defined(__linux__)
#include <sys/syscall.h>

// Null for one that is not among them.
static inline const char *mailobs_system_call_name(long number) {
  switch (number) {
#define MAILOBS_CALL(name) case SYS_##name: return #name;
    MAILOBS_CALL(accept4)
    MAILOBS_CALL(clock_nanosleep)
    MAILOBS_CALL(close)
    MAILOBS_CALL(connect)
    MAILOBS_CALL(epoll_pwait)
    MAILOBS_CALL(fallocate)
    MAILOBS_CALL(fcntl)
    MAILOBS_CALL(fdatasync)
    MAILOBS_CALL(flock)
    MAILOBS_CALL(fsync)
    MAILOBS_CALL(futex)
    MAILOBS_CALL(getdents64)
    MAILOBS_CALL(io_getevents)
    MAILOBS_CALL(nanosleep)
    MAILOBS_CALL(openat)
    MAILOBS_CALL(ppoll)
    MAILOBS_CALL(pread64)
    MAILOBS_CALL(preadv)
    MAILOBS_CALL(pselect6)
    MAILOBS_CALL(pwrite64)
    MAILOBS_CALL(read)
    MAILOBS_CALL(readv)
    MAILOBS_CALL(recvfrom)
    MAILOBS_CALL(recvmsg)
    MAILOBS_CALL(rt_sigsuspend)
    MAILOBS_CALL(rt_sigtimedwait)
    MAILOBS_CALL(sched_yield)
    MAILOBS_CALL(sendfile)
    MAILOBS_CALL(sendmsg)
    MAILOBS_CALL(sendto)
    MAILOBS_CALL(statfs)
    MAILOBS_CALL(sync)
    MAILOBS_CALL(wait4)
    MAILOBS_CALL(waitid)
    MAILOBS_CALL(write)
    MAILOBS_CALL(writev)
// Those that newer architectures are without.
#ifdef SYS_accept
    MAILOBS_CALL(accept)
#endif
#ifdef SYS_epoll_wait
    MAILOBS_CALL(epoll_wait)
#endif
#ifdef SYS_open
    MAILOBS_CALL(open)
#endif
#ifdef SYS_pause
    MAILOBS_CALL(pause)
#endif
#ifdef SYS_poll
    MAILOBS_CALL(poll)
#endif
#ifdef SYS_select
    MAILOBS_CALL(select)
#endif
#ifdef SYS_stat
    MAILOBS_CALL(stat)
#endif
#undef MAILOBS_CALL
    default: return NULL;
  }
}
#endif

#endif
