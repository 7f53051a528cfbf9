// Which variables does the process have? Swift takes the list for a variable that anybody may change, and refuses it.
#ifndef MAILOBS_SHIMS_ENVIRONMENT_H
#define MAILOBS_SHIMS_ENVIRONMENT_H

#if defined(__APPLE__)
#include <crt_externs.h>
static inline char **mailobs_environment(void) { return *_NSGetEnviron(); }
#else
extern char **environ;
static inline char **mailobs_environment(void) { return environ; }
#endif

#endif
