/* The version of bylaw: the only place that states it. */
#ifndef BL_VERSION_H
#define BL_VERSION_H

#define BL_VERSION "0.1.0"

#endif
