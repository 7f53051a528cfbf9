// Which stripe of a striped instrument does the calling thread use?
#ifndef PLATFORM_SHIMS_THREAD_SLOT_H
#define PLATFORM_SHIMS_THREAD_SLOT_H

#include <stdint.h>

#endif
