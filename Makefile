# BusyPy. `make demo` shows the main job, `make test` runs the whole suite.
# Everything is built below build/; file lists are computed once, here.

PREFIX ?= /usr
DESTDIR ?=
CC ?= cc
MUSL_CC ?= musl-gcc
VERSION := 0.1.0

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
COMMON := -std=gnu11 -D_GNU_SOURCE -MMD -MP $(WARNINGS) -iquote lib \
	-I$(B)/filter \
	-DBUSYPY_VERSION='"$(VERSION)"' -DBUSYPY_LIBEXEC='"$(PREFIX)/lib/busypy"' \
	-DBUSYPY_SHARE='"$(PREFIX)/share/busypy"'
HOST_CFLAGS := $(COMMON) -fPIE $(CFLAGS)
# The kernel's headers come behind musl's own. No stack protector or unwinding tables: these
# programs are small on purpose, and started for every script. Two segments and few, small stack
# frames, because each mapping and each page that is touched costs microseconds per start.
MUSL_CFLAGS := $(COMMON) -Os -g -static -fno-asynchronous-unwind-tables -ffunction-sections \
	-fdata-sections -fno-inline-functions-called-once -Wl,--gc-sections \
	-Wl,-z,noseparate-code -Wl,-z,norelro -idirafter /usr/include \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)

hash := \#
has = $(if $(shell printf '$(hash)include <$(1)>\n' | $(CC) -E - >/dev/null 2>&1 && echo y),y,n)
HAVE_SECCOMP := $(call has,seccomp.h)
LIBS := -lmount -lelf -lcap -larchive -linih -lsmartcols

# Only while building: what it makes is a table.
ifneq ($(HAVE_SECCOMP),y)
HOST_CFLAGS += -DWITHOUT_SECCOMP
MUSL_CFLAGS += -DWITHOUT_SECCOMP
endif

# A library that was installed, or another compiler, means building anew.
$(shell mkdir -p $(B))
$(file >$(B)/.flags.new,$(CC) $(CFLAGS) $(LIBS) $(HAVE_SECCOMP))
$(shell cmp -s $(B)/.flags.new $(B)/.flags || cp $(B)/.flags.new $(B)/.flags; rm -f $(B)/.flags.new)

CORE := $(sort $(wildcard lib/core/*.c))
SYS := $(sort $(wildcard lib/sys/*.c))
SANDBOX := $(sort $(wildcard lib/sandbox/*.c))
# What only dynamic programs use.
ROOMS := base elf source check stage add handler export image explain
HOST := $(sort $(wildcard $(ROOMS:%=lib/%/*.c)))
FRONT := cli/front.c cli/run.c cli/say.c
CLI := $(filter-out cli/front.c,$(sort $(wildcard cli/*.c)))
SMALL := loader enter
SERVICE := $(sort $(wildcard daemon/busypyd/*.c))
INIT := $(sort $(wildcard daemon/init/*.c))
BINFMT_SHARED := $(filter-out $(SMALL:%=binfmt/%.c),$(sort $(wildcard binfmt/*.c)))
UNIT := $(sort $(wildcard tests/unit/*.c))
FUZZ := $(sort $(wildcard tests/fuzz/*.c))
HELPERS := $(sort $(wildcard tests/helpers/*.c))
C_FILES := $(sort $(wildcard lib/*/*.c lib/sandbox/filter/*.c cli/*.c binfmt/*.c daemon/*/*.c tests/*/*.c))
H_FILES := $(sort $(wildcard lib/*/*.h cli/*.h binfmt/*.h daemon/*/*.h tests/*/*.h))

host_objects = $(patsubst %.c,$(B)/host/%.o,$(1))
musl_objects = $(patsubst %.c,$(B)/musl/%.o,$(1))

ARCH := $(shell uname -m)
CROSS_CC := aarch64-linux-gnu-gcc

all: $(B)/busypy $(B)/busypy-full $(B)/busypyd $(SMALL:%=$(B)/%) $(B)/init-$(ARCH)

# init for aarch64 on another arch; needs gcc-aarch64-linux-gnu, and the network once.
cross: $(B)/init-aarch64

# -- programs ------------------------------------------------------------------------------------

$(B)/host/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -c -o $@ $<

$(B)/musl/%.o: %.c
	@mkdir -p $(@D)
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -c -o $@ $<

# The filter of sandboxes.
$(B)/filter/make: lib/sandbox/filter/make.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(WARNINGS) -std=gnu11 -D_GNU_SOURCE -o $@ $< -lseccomp

$(B)/filter/filter_table.h: $(B)/filter/make
	$(call say,MAKE)
	$(Q)$< >$@.new && mv $@.new $@

$(call musl_objects,lib/sandbox/filter.c): $(B)/.flags
ifeq ($(HAVE_SECCOMP),y)
$(call host_objects,lib/sandbox/filter.c) $(call musl_objects,lib/sandbox/filter.c): $(B)/filter/filter_table.h
endif

$(B)/libcore.a: $(call host_objects,$(CORE))
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcD $@ $^

$(B)/libsys.a: $(call host_objects,$(SYS) $(SANDBOX))
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcD $@ $^

$(B)/libhost.a: $(call host_objects,$(HOST))
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcD $@ $^

$(B)/musl/libsmall.a: $(call musl_objects,$(CORE) $(SYS) $(SANDBOX) $(BINFMT_SHARED))
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcD $@ $^

# What starts sandboxes is small and static; all else is in the large one, which it executes.
$(B)/busypy: $(call musl_objects,$(FRONT)) $(B)/musl/libsmall.a | $(B)/busypy-full
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -o $@ $^

$(B)/busypy-full: $(call host_objects,$(CLI)) $(B)/libhost.a $(B)/libsys.a $(B)/libcore.a
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -pie -o $@ $^ $(LIBS)

$(B)/busypyd: $(call host_objects,$(SERVICE)) $(B)/libhost.a $(B)/libsys.a $(B)/libcore.a
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -pie -o $@ $^ $(LIBS)

$(SMALL:%=$(B)/%): $(B)/%: $(B)/musl/binfmt/%.o $(B)/musl/libsmall.a
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -o $@ $^

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

$(B)/init-aarch64: $(patsubst %.c,$(B)/cross/%.o,$(INIT) $(CORE) $(SYS))
	$(call say,CROSS)
	$(Q)$(CROSS_CC) $(CROSS_CFLAGS) -s -nostdlib -o $@ $(MUSL_CROSS_LIB)/crt1.o \
		$(MUSL_CROSS_LIB)/crti.o $^ $(MUSL_CROSS_LIB)/libc.a \
		$(shell $(CROSS_CC) -print-libgcc-file-name 2>/dev/null) $(MUSL_CROSS_LIB)/crtn.o

-include $(patsubst %.o,%.d,$(call host_objects,$(C_FILES)) $(call musl_objects,$(C_FILES)) \
	$(patsubst %.c,$(B)/cross/%.o,$(INIT) $(CORE) $(SYS)))

# -- checks --------------------------------------------------------------------------------------

$(B)/unit/%: tests/unit/%.c $(B)/libsys.a $(B)/libcore.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -iquote tests/unit -o $@ $< $(B)/libsys.a $(B)/libcore.a

$(B)/helpers/%: tests/helpers/%.c $(B)/musl/libsmall.a
	@mkdir -p $(@D)
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -o $@ $^

units: $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT))
helpers: $(patsubst tests/helpers/%.c,$(B)/helpers/%,$(HELPERS))

check-layers: all
	$(Q)tests/check-layers $(B)

format:
	clang-format -i $(C_FILES) $(H_FILES)

clean:
	rm -rf $(B)

.PHONY: all cross units helpers check-layers format clean

# -- tests ---------------------------------------------------------------------------------------
# Every test prints TAP; tests/run adds them up and prints "N passed, N failed".

TREE_HOST := $(B)/test-trees/host
BATS := $(sort $(wildcard tests/*/*.bats))
BATTERIES := $(sort $(wildcard tests/*/run))
UNIT_PROGRAMS := $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(FUZZ))
FUZZ_TIME ?= 60
TEST_ARCHS := x86_64 aarch64 armhf s390x
ALL_ARCHS := $(TEST_ARCHS) riscv64 armel i386 ppc64le mips64el mipsel
export CI

# The tree that most tests use: this machine's own Python, staged once and never written to.
$(TREE_HOST): $(B)/busypy $(B)/init-$(ARCH) $(shell find rootfs -type f -not -name '*.pyc' 2>/dev/null)
	rm -rf $@ && mkdir -p $(@D) && umask 022 && $(B)/busypy stage --from host $@ && touch $@

test-programs: all cross units helpers $(TREE_HOST)

# Fast, without root and without network.
check: all units check-layers
	tests/run $(UNIT_PROGRAMS)

test: deps
	$(MAKE) test-programs fuzzers
	$(MAKE) check-layers
	tests/stage/trees $(TEST_ARCHS)
	BUSYPY_TEST_ARCHS="$(TEST_ARCHS)" tests/run $(UNIT_PROGRAMS) $(BATS) $(BATTERIES) \
		tests/fuzz-run

test-long: deps
	$(MAKE) test-programs fuzzers
	tests/stage/trees $(ALL_ARCHS)
	BUSYPY_TEST_LONG=1 BUSYPY_TEST_ARCHS="$(ALL_ARCHS)" FUZZ_TIME=$(FUZZ_TIME) tests/run \
		$(UNIT_PROGRAMS) $(BATS) $(BATTERIES) tests/fuzz-run

# Without root it needs what is installed already; as root it installs what is missing.
demo:
	tests/deps demo
	$(MAKE) --no-print-directory all $(B)/helpers/nsrun $(B)/helpers/inview >/dev/null
	tests/demo

# BENCH=--json for numbers to compare; BENCHES=bench for one of them.
BENCHES ?= bench sandbox.py battery.py shell.py tools.py boot.py publish.py one_file.py check.py
bench: test-programs
	tests/stage/trees x86_64
	@for bench in $(BENCHES); do echo "== $$bench"; \
		/usr/bin/python3 tests/bench/$$bench $(BENCH) || exit; done

deps:
	tests/deps test

FUZZ_CC := clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	-std=gnu11 -D_GNU_SOURCE -iquote lib

FUZZ_CORE := $(CORE:%.c=$(B)/fuzz/%.o)

$(FUZZ_CORE): $(B)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -MMD -MP -c -o $@ $<

-include $(FUZZ_CORE:.o=.d)

$(B)/fuzz/libcore.a: $(FUZZ_CORE)
	$(call say,AR)
	$(Q)rm -f $@ && ar rcD $@ $^

$(B)/fuzz/%: tests/fuzz/%.c $(B)/fuzz/libcore.a
	@mkdir -p $(@D)
	$(call say,FUZZ)
	$(Q)$(FUZZ_CC) -o $@ $< $(B)/fuzz/libcore.a

# What reads ELF files through libelf is fuzzed with it.
FUZZ_ELF := $(addprefix lib/elf/,dynamic.c image.c damage.c symbols.c) lib/sys/fd.c
$(B)/fuzz/elf_image: tests/fuzz/elf_image.c $(FUZZ_ELF) $(B)/fuzz/libcore.a
	@mkdir -p $(@D)
	$(call say,FUZZ)
	$(Q)$(FUZZ_CC) -o $@ $^ -lelf

fuzzers: $(FUZZERS)

fuzz: fuzzers
	FUZZ_TIME=$(FUZZ_TIME) tests/run tests/fuzz-run

# The units and the command line under the sanitizers; loader and enter stay static.
asan:
	$(MAKE) B=build/asan CFLAGS="-O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer" \
		all units
	tests/run $(patsubst tests/unit/%.c,build/asan/unit/%,$(UNIT))
	rm -rf build/asan/tree && ASAN_OPTIONS=detect_leaks=0 build/asan/busypy stage --from host --rootfs rootfs \
		build/asan/tree
	ASAN_OPTIONS=detect_leaks=0 build/asan/busypy plan build/asan/tree >/dev/null

# cppcheck takes cleanup attributes for leaks and an array argument for one byte: ASan knows better.
lint:
	clang-format --dry-run -Werror $(C_FILES) $(H_FILES)
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,portability \
		--suppress=missingIncludeSystem --suppress=memleak --suppress=ctuPointerArith \
		-D__x86_64__ -D_GNU_SOURCE -DBUSYPY_LIBEXEC='""' \
		-DBUSYPY_SHARE='""' -DBUSYPY_VERSION='""' $(CORE) $(SYS) $(SANDBOX) $(HOST) $(CLI) \
		$(wildcard binfmt/*.c daemon/*/*.c)
	for file in $$(git ls-files tests rootfs completion .ci); do \
		head -n 3 $$file 2>/dev/null | grep -qE '^#!.*/(ba)?sh$$|shellcheck shell=' && \
		echo $$file; done | xargs shellcheck -S warning

.PHONY: test-programs check test test-long demo bench deps fuzzers fuzz asan lint

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
	for program in $(B)/busypy-full $(SMALL:%=$(B)/%) $(B)/init-*; do \
		install -m 0755 $$program $(LIBEXEC)/$${program##*/} || exit; done
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
