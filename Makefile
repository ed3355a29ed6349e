# BusyPy. `make demo` shows the main job, `make test` runs the whole suite.
# Everything is built below build/; file lists are computed once, here.

PREFIX ?= /usr
DESTDIR ?=
CC ?= cc
MUSL_CC ?= musl-gcc
VERSION := $(shell cat VERSION)

B ?= build
# make V=1 prints whole commands.
Q := $(if $(V),,@)
say = @printf '  %-5s %s\n' $(1) $@
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wformat=2 \
	-Wswitch-enum -Wno-missing-field-initializers
ifdef CI
WARNINGS += -Werror
endif
CFLAGS ?= -O2 -g
LANGUAGE := -std=gnu11 -D_GNU_SOURCE -iquote lib
DEFINES := -DBUSYPY_VERSION='"$(VERSION)"' -DBUSYPY_LIBEXEC='"$(PREFIX)/lib/busypy"' \
	-DBUSYPY_SHARE='"$(PREFIX)/share/busypy"'
COMMON := $(LANGUAGE) -MMD -MP $(WARNINGS) -I$(B)/filter -I$(B)/script $(DEFINES)
HOST_CFLAGS := $(COMMON) -fPIE $(CFLAGS)
# The kernel's headers come after musl's own. No stack protector or unwinding tables: these
# programs are small on purpose, and started for every script. Two segments and few, small stack
# frames, because each mapping and each page that is touched costs microseconds per start.
MUSL_CFLAGS := $(COMMON) -Os -g -static -fno-asynchronous-unwind-tables -ffunction-sections \
	-fdata-sections -fno-inline-functions-called-once -Wl,--gc-sections \
	-Wl,-z,noseparate-code -Wl,-z,norelro -idirafter /usr/include \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)
LIBS := -lmount -lelf -lcap -larchive -linih -lsmartcols -lz -lbz2 -llzma -llz4 -lzstd

# Only while building: what it makes is a table, and without it sandboxes cannot be started.
hash := \#
has = $(if $(shell printf '$(hash)include <$(1)>\n' | $(CC) -E - >/dev/null 2>&1 && echo y),y,n)
HAVE_SECCOMP := $(call has,seccomp.h)
ifneq ($(HAVE_SECCOMP),y)
HOST_CFLAGS += -DWITHOUT_SECCOMP
MUSL_CFLAGS += -DWITHOUT_SECCOMP
endif

# Another compiler, flag, version or library means building anew.
$(shell mkdir -p $(B))
$(file >$(B)/.flags.new,$(CC) $(HOST_CFLAGS) $(LIBS) $(MUSL_CC) $(MUSL_CFLAGS))
$(shell cmp -s $(B)/.flags.new $(B)/.flags || cp $(B)/.flags.new $(B)/.flags; rm -f $(B)/.flags.new)

CORE := $(sort $(wildcard lib/core/*.c))
SYS := $(sort $(wildcard lib/sys/*.c))
SANDBOX := $(sort $(wildcard lib/sandbox/*.c))
# What only dynamic programs use.
ROOMS := base resolve elf source check stage add start handler export image explain
ROOM_FILES := $(sort $(wildcard $(ROOMS:%=lib/%/*.c)))
FRONT := cli/front.c cli/run.c cli/say.c
CLI := $(filter-out cli/front.c,$(sort $(wildcard cli/*.c)))
SMALL := loader enter beside restorer
SERVICE := $(sort $(wildcard daemon/busypyd/*.c))
INIT := $(sort $(wildcard daemon/init/*.c))
BINFMT_SHARED := $(filter-out $(SMALL:%=binfmt/%.c),$(sort $(wildcard binfmt/*.c)))
C_FILES := $(sort $(wildcard lib/*/*.c lib/sandbox/filter/*.c cli/*.c binfmt/*.c binfmt/*/*.c daemon/*/*.c tests/*/*.c tests/*/*/*.c))
H_FILES := $(sort $(wildcard lib/*/*.h cli/*.h binfmt/*.h binfmt/*/*.h daemon/*/*.h tests/*/*/*.h))

host_objects = $(patsubst %.c,$(B)/host/%.o,$(1))
musl_objects = $(patsubst %.c,$(B)/musl/%.o,$(1))

ARCH := $(shell uname -m)
CROSS_CC := aarch64-linux-gnu-gcc

all: $(B)/busypy $(B)/busypy-full $(B)/busypyd $(SMALL:%=$(B)/%) $(B)/start-maker.so $(B)/init-$(ARCH) $(B)/resolve

# Beside the programs, as it is installed.
$(B)/resolve:
	$(Q)ln -sfn $(CURDIR)/resolve $@

# init, restorer and maker for aarch64 on another arch; needs gcc-aarch64-linux-gnu, and the network once.
cross: $(B)/init-aarch64 $(B)/restorer-aarch64 $(B)/start-maker-aarch64.so

# -- programs ------------------------------------------------------------------------------------

$(B)/host/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -c -o $@ $<

$(B)/musl/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -c -o $@ $<

# The filter of sandboxes.
$(B)/filter/make: lib/sandbox/filter/make.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(LANGUAGE) $(WARNINGS) -o $@ $< -lseccomp

$(B)/filter/filter_table.h: $(B)/filter/make
	$(call say,MAKE)
	$(Q)$< >$@.new && mv $@.new $@

ifeq ($(HAVE_SECCOMP),y)
$(call host_objects,lib/sandbox/filter.c) $(call musl_objects,lib/sandbox/filter.c): $(B)/filter/filter_table.h
endif

# Shell text that is sent to other machines: NAME.sh is `char NAME_sh[]` in NAME_sh.h.
$(B)/script/%_sh.h: lib/export/%.sh
	@mkdir -p $(@D)
	$(call say,MAKE)
	$(Q){ echo 'static const char $*_sh[] ='; sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $<; echo ';'; } >$@.new && \
		mv $@.new $@

$(call host_objects,lib/export/remote.c): $(B)/script/remote_sh.h

# The scripts that an image of Python is proven by: a name and a text each.
START_PROOFS := $(sort $(wildcard lib/start/proof/*.py))
$(B)/script/start_proof.h: $(START_PROOFS)
	@mkdir -p $(@D)
	$(call say,MAKE)
	$(Q){ for f in $(START_PROOFS); do echo "{ \"$${f##*/}\","; \
		sed 's/[\"]/\\&/g; s/.*/"&\\n"/' $$f; echo '},'; done; } >$@.new && mv $@.new $@

$(call host_objects,lib/start/proof.c): $(B)/script/start_proof.h

$(B)/libcore.a: $(call host_objects,$(CORE))
$(B)/libsys.a: $(call host_objects,$(SYS) $(SANDBOX))
$(B)/librooms.a: $(call host_objects,$(ROOM_FILES))
$(B)/musl/libsmall.a: $(call musl_objects,$(CORE) $(SYS) $(SANDBOX) $(BINFMT_SHARED))
$(B)/%.a:
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcD $@ $^

# What starts sandboxes is small and static; all else is in the large one, which it executes.
$(B)/busypy: $(call musl_objects,$(FRONT)) $(B)/musl/libsmall.a | $(B)/busypy-full
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -o $@ $^

$(B)/busypy-full: $(call host_objects,$(CLI)) $(B)/librooms.a $(B)/libsys.a $(B)/libcore.a
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -pie -o $@ $^ $(LIBS)

$(B)/busypyd: $(call host_objects,$(SERVICE)) $(B)/librooms.a $(B)/libsys.a $(B)/libcore.a
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -pie -o $@ $^ $(LIBS)

$(SMALL:%=$(B)/%): $(B)/%: $(B)/musl/binfmt/%.o $(B)/musl/libsmall.a
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -o $@ $^

# Above where the heap of an image may be: malloc gives up if the break lies below.
RESTORER_PLACE := -Wl,-Ttext-segment=0x60000000
$(B)/restorer: MUSL_CFLAGS += $(RESTORER_PLACE)

# What is preloaded into a tree's Python to make an image of it: for every C library and Python, so
# it names no version of any symbol and is linked with nothing.
MAKER := $(sort $(wildcard binfmt/maker/*.c)) lib/core/sha256.c lib/core/sha256_x86.c \
	lib/core/start_image.c lib/core/start_judge.c lib/core/start_baked.c lib/core/scrub.c lib/core/str.c
MAKER_CFLAGS := $(COMMON) -O2 -g -fPIC -fno-stack-protector -fvisibility=hidden -iquote $(B)/maker \
	-iquote binfmt/maker
MAKER_LINK := -shared -nostdlib -Wl,-z,relro -Wl,-Bsymbolic -Wl,--hash-style=gnu

$(B)/maker/%_py.h: binfmt/maker/%.py
	@mkdir -p $(@D)
	$(call say,MAKE)
	$(Q){ echo 'static const char $*_py[] ='; sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $<; echo ';'; } >$@.new && \
		mv $@.new $@

$(B)/maker/%.o: %.c $(B)/.flags $(B)/maker/made_of_py.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(MAKER_CFLAGS) -c -o $@ $<

$(B)/start-maker.so: $(patsubst %.c,$(B)/maker/%.o,$(MAKER))
	$(call say,CC)
	$(Q)$(CC) $(MAKER_LINK) -o $@ $^ -lgcc

# PID 1, stripped: a client reads it from the server before anything else.
$(B)/init: $(call musl_objects,$(INIT)) $(B)/musl/libsmall.a
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -s -o $@ $^

$(B)/init-$(ARCH): $(B)/init
	cp $< $@

# Debian has no musl cross compiler, but musl for every arch: its files with the GNU compiler.
MUSL_CROSS := build/cache/musl-arm64
MUSL_CROSS_LIB := $(MUSL_CROSS)/usr/lib/aarch64-linux-musl
CROSS_CFLAGS := $(filter-out -idirafter /usr/include%,$(MUSL_CFLAGS)) -fno-stack-protector \
	-mno-outline-atomics -nostdinc -isystem $(MUSL_CROSS)/usr/include/aarch64-linux-musl \
	-isystem $(dir $(shell $(CROSS_CC) -print-libgcc-file-name 2>/dev/null))include \
	-idirafter /usr/aarch64-linux-gnu/include -DWITHOUT_SECCOMP

$(MUSL_CROSS)/.complete: daemon/init/fetch-musl
	daemon/init/fetch-musl arm64 $(MUSL_CROSS)

$(B)/cross/%.o: %.c $(MUSL_CROSS)/.complete
	@mkdir -p $(@D)
	$(call say,CROSS)
	$(Q)$(CROSS_CC) $(CROSS_CFLAGS) -c -o $@ $<

RESTORER := binfmt/restorer.c binfmt/restore.c
$(B)/init-aarch64: $(patsubst %.c,$(B)/cross/%.o,$(INIT) $(CORE) $(SYS))
$(B)/restorer-aarch64: $(patsubst %.c,$(B)/cross/%.o,$(RESTORER) $(CORE))
$(B)/restorer-aarch64: CROSS_CFLAGS += $(RESTORER_PLACE)
$(B)/init-aarch64 $(B)/restorer-aarch64:
	$(call say,CROSS)
	$(Q)$(CROSS_CC) $(CROSS_CFLAGS) -s -nostdlib -o $@ $(MUSL_CROSS_LIB)/crt1.o \
		$(MUSL_CROSS_LIB)/crti.o $^ $(MUSL_CROSS_LIB)/libc.a \
		$(shell $(CROSS_CC) -print-libgcc-file-name 2>/dev/null) $(MUSL_CROSS_LIB)/crtn.o

$(B)/maker-aarch64/%.o: %.c $(B)/.flags $(B)/maker/made_of_py.h
	@mkdir -p $(@D)
	$(call say,CROSS)
	$(Q)$(CROSS_CC) $(MAKER_CFLAGS) -mno-outline-atomics -c -o $@ $<

$(B)/start-maker-aarch64.so: $(patsubst %.c,$(B)/maker-aarch64/%.o,$(MAKER))
	$(call say,CROSS)
	$(Q)$(CROSS_CC) $(MAKER_LINK) -o $@ $^ -lgcc

-include $(patsubst %.o,%.d,$(call host_objects,$(C_FILES)) $(call musl_objects,$(C_FILES)) \
	$(patsubst %.c,$(B)/cross/%.o,$(INIT) $(CORE) $(SYS) $(RESTORER)) \
	$(foreach maker,maker maker-aarch64,$(patsubst %.c,$(B)/$(maker)/%.o,$(MAKER))))

# For editors and clang-tidy: each file as its program's build compiles it.
quote := "
as_json = {"directory": "$(CURDIR)", "file": "$(1)", "command": "$(subst $(quote),\$(quote),$(2)) -c $(1)"},
compile_commands: $(B)/compile_commands.json
$(B)/compile_commands.json: $(B)/.flags
	$(call say,MAKE)
	$(file >$@,[$(foreach file,$(C_FILES),$(call as_json,$(file),$(if $(filter binfmt/% daemon/init/%,$(filter-out binfmt/maker/%,$(file))), \
		$(MUSL_CC) $(MUSL_CFLAGS),$(CC) $(if $(filter binfmt/maker/%,$(file)),$(MAKER_CFLAGS),$(HOST_CFLAGS))))))
	$(Q)sed -i '$$s/,$$/]/' $@

format:
	clang-format -i $(C_FILES) $(H_FILES)

clean:
	rm -rf $(B)

.PHONY: all cross compile_commands format clean

include tests/tests.mk

# -- installation --------------------------------------------------------------------------------

BIN := $(DESTDIR)$(PREFIX)/bin
LIBEXEC := $(DESTDIR)$(PREFIX)/lib/busypy
SHARE := $(DESTDIR)$(PREFIX)/share
SBIN := $(DESTDIR)$(PREFIX)/sbin
UNITS := $(patsubst systemd/%.in,%,$(sort $(wildcard systemd/*.service.in)))
UNIT_DIR := $(DESTDIR)$(PREFIX)/lib/systemd/system
MAN_PAGES := $(sort $(wildcard man/*.[1-8]))

# The units and the AppArmor profile get the paths of this installation.
with_paths = sed 's|@bin@|$(PREFIX)/bin|g; s|@sbin@|$(PREFIX)/sbin|g' systemd/$(1).in >$(2) && \
	chmod 0644 $(2)

install: all
	install -d $(BIN) $(SBIN) $(LIBEXEC) $(UNIT_DIR) $(SHARE)/busypy $(SHARE)/bash-completion/completions
	install -m 0755 $(B)/busypy $(BIN)/busypy
	install -m 0755 $(B)/busypyd $(SBIN)/busypyd
	for unit in $(UNITS); do \
		$(call with_paths,$$unit,$(UNIT_DIR)/$$unit) || exit; done
	$(call with_paths,apparmor,$(SHARE)/busypy/apparmor)
	install -m 0644 $(B)/start-maker.so $(LIBEXEC)/start-maker.so
	for program in $(B)/busypy-full $(SMALL:%=$(B)/%) $(B)/init-*; do \
		install -m 0755 $$program $(LIBEXEC)/$${program##*/} || exit; done
	rm -rf $(LIBEXEC)/resolve
	install -D -m 0644 -t $(LIBEXEC)/resolve resolve/*.py
	install -D -m 0644 -t $(LIBEXEC)/resolve/resolver resolve/resolver/*.py
	for page in $(MAN_PAGES); do install -D -m 0644 $$page \
		$(SHARE)/man/man$${page##*.}/$${page##*/} || exit; done
	install -m 0644 completion/busypy.bash $(SHARE)/bash-completion/completions/busypy
	rm -rf $(SHARE)/busypy/rootfs
	cp -R rootfs $(SHARE)/busypy/rootfs
	find $(SHARE)/busypy/rootfs -name __pycache__ -prune -exec rm -r {} +
	chmod -R u=rwX,go=rX $(SHARE)/busypy/rootfs
	test -e $(DESTDIR)/etc/busypy/busypy.conf || \
		install -D -m 0644 conf/busypy.conf $(DESTDIR)/etc/busypy/busypy.conf

# Leaves the configuration, which is the administrator's.
uninstall:
	rm -f $(BIN)/busypy $(SBIN)/busypyd $(addprefix $(UNIT_DIR)/,$(UNITS)) $(MAN_PAGES:man/%=$(SHARE)/man/man*/%) \
		$(SHARE)/bash-completion/completions/busypy
	rm -rf $(LIBEXEC) $(SHARE)/busypy

# A Debian package, by dpkg-deb (needs dpkg-dev and file).
deb: all
	packaging/build-deb $(B) $(VERSION)

.PHONY: install uninstall deb
