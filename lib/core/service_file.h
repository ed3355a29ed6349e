/* SPDX-License-Identifier: MIT */
/* Where busypyd tells what it does; handler/service_state. */
#ifndef BUSYPY_CORE_SERVICE_FILE_H
#define BUSYPY_CORE_SERVICE_FILE_H

#define SERVICE_STATE_FILE "/run/busypyd.state"

#endif
