/* SPDX-License-Identifier: MIT */
/* Every time that PID 1 waits for something: in one place, in milliseconds. The time for shutdown
 * actions and the grace between TERM and KILL are the command line's (core/cmdline.h). */
#ifndef BUSYPY_DAEMON_INIT_TIMEOUTS_H
#define BUSYPY_DAEMON_INIT_TIMEOUTS_H

enum {
	RESPAWN_PAUSE_MS = 1000,   /* from the end of a respawn entry's process to its next one */
	FORK_PAUSE_MIN_MS = 100,   /* after a fork that failed; doubled each time ... */
	FORK_PAUSE_MAX_MS = 16000, /* ... up to this */
	CONSOLE_WAIT_MS = 200,	   /* for a console that takes no bytes: then the message is lost */
	BROKEN_PAUSE_MS = 100,	   /* where a call that cannot fail has failed */
	DRAIN_STEP_MS = 10,	   /* between two looks at what the console has still to send */
	DRAIN_MS = 1000,	   /* for the last message to reach a serial console */
	KILLED_MS = 1000,	   /* for processes to be gone that were sent KILL */
	SYNC_MS = 10000,	   /* for sync(2): a server may have gone */
	UNMOUNT_MS = 10000,	   /* for unmounting and a last sync(2) */
	REBOOT_MS = 2000,	   /* for the child that calls reboot(2) */
	NETWORK_STEP_MS = 200,	   /* between two looks for an interface, or two rounds of DHCP */
	DHCP_FIRST_MS = 1000,	   /* until the first repetition of a question; doubled each time */
	DHCP_ROUND_MS = 15000,	   /* for one exchange */
	NFS_PAUSE_MIN_MS = 250,	   /* after a mount that failed; doubled each time ... */
	NFS_PAUSE_MAX_MS = 4000,   /* ... up to this */
	NETROOT_SAY_MS = 3000,	   /* before the console says what the root waits for */
	HEARTBEAT_MS = 60000,	   /* between two writings of the lease */
	FAIL_PAUSE_MS = 10000	   /* to read why, before busypy.fail=reboot does it */
};

enum {
	FORK_TRIES = 6,	       /* for an entry that is waited for */
	LOG_BYTES = 256 * 1024 /* that boot.log may grow to */
};

#endif
