// One word for the process.
#include "SpanBridge.h"

_Atomic(uintptr_t) mailobs_span_bridge_word = 0;
