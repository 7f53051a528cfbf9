#include "ThreadSlot.h"
