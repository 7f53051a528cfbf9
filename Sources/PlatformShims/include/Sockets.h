// Socket calls and constants that Swift's platform modules do not show.
#ifndef PLATFORM_SHIMS_SOCKETS_H
#define PLATFORM_SHIMS_SOCKETS_H

#endif
