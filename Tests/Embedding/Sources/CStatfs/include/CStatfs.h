// Where does Swift find statfs(2)? The platform's own module leaves its header out.

#if defined(__linux__)
#include <sys/vfs.h>
#endif
