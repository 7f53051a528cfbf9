// A target has a source.

#include "CStatfs.h"
