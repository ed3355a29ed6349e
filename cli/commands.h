/* SPDX-License-Identifier: MIT */
/* The subcommands: one file each. argv[0] is the subcommand's own name. Each returns the exit
 * status (cli/say.h) and prints its own messages. */
#ifndef BUSYPY_CLI_COMMANDS_H
#define BUSYPY_CLI_COMMANDS_H

int cmd_add(int argc, char **argv);
int cmd_boot(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_clients(int argc, char **argv);
int cmd_disable(int argc, char **argv);
int cmd_download(int argc, char **argv);
int cmd_enable(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_gc(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_pack(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_publish(int argc, char **argv);
int cmd_remove(int argc, char **argv);
int cmd_rollback(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_stage(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_versions(int argc, char **argv);

/* Stands for the L of "LD_..." where the small busypy starts the other for `explain`: what ld.so
 * reads there is for the program that is asked about. */
#define LDSO_HIDDEN 'l'

/* The longer options of `busypy run`, for `busypy test`, which passes them on. Ends with zeros. */
struct option;
const struct option *run_options(void);

#endif
