/* SPDX-License-Identifier: MIT */
/* The processor that this runs on. */
#ifndef BUSYPY_SYS_PROCESSOR_H
#define BUSYPY_SYS_PROCESSOR_H

/* Its level of x86-64, core/x86_level.h; 0 for another machine. Asks the processor each time, which
 * in a virtual machine takes some 100 us. */
unsigned processor_x86_level(void);

#endif
