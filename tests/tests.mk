# Tests: what is built for them, and what runs them. Included by the Makefile.

UNIT := $(sort $(wildcard tests/core/unit/*.c))
FUZZ := $(sort $(wildcard tests/core/fuzz/*.c))
HELPERS := $(sort $(wildcard tests/support/helpers/*.c))

# -- checks --------------------------------------------------------------------------------------

$(B)/unit/%: tests/core/unit/%.c $(B)/libsys.a $(B)/libcore.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -iquote tests/core/unit -o $@ $< $(filter %/librooms.a,$^) \
		$(B)/libsys.a $(B)/libcore.a

# Of the rooms above, what needs no library of the system.
$(B)/unit/below $(B)/unit/dists $(B)/unit/folder $(B)/unit/one_owner $(B)/unit/sysroot \
$(B)/unit/version_manifest $(B)/unit/walk: $(B)/librooms.a

$(B)/helpers/%: tests/support/helpers/%.c $(B)/musl/libsmall.a
	@mkdir -p $(@D)
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) -o $@ $^

# busypy and init as they are, but that they note each plan that they perform; beside them what they
# look for there.
PERFORMED := $(B)/performed/busypy-full $(B)/performed/init
WRAP := -Wl,--wrap=run_plan,--wrap=run_plan_detached

$(B)/performed/busypy-full: $(call host_objects,tests/support/performed.c $(CLI)) $(B)/librooms.a \
		$(B)/libsys.a $(B)/libcore.a | all
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -pie $(WRAP) -o $@ $^ $(LIBS)
	$(Q)ln -sf $(SMALL:%=../%) ../init-$(ARCH) $(@D)

$(B)/performed/init: $(call musl_objects,tests/support/performed.c $(INIT)) $(B)/musl/libsmall.a
	@mkdir -p $(@D)
	$(call say,MUSL)
	$(Q)$(MUSL_CC) $(MUSL_CFLAGS) $(WRAP) -o $@ $^

# busypy-full for many calls, each in a root of its own.
$(B)/foretell: $(call host_objects,tests/support/foretell.c $(CLI)) $(B)/librooms.a $(B)/libsys.a \
		$(B)/libcore.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -pie -Wl,--wrap=main -o $@ $^ $(LIBS)

# A runtime beside the host without enabling anything.
$(B)/mkruntime: $(call host_objects,tests/support/mkruntime.c) $(B)/librooms.a $(B)/libsys.a $(B)/libcore.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -pie -o $@ $^ $(LIBS)

# What the kernel would unpack of an initramfs.
$(B)/unpack: $(call host_objects,tests/support/unpack.c) $(B)/librooms.a $(B)/libsys.a $(B)/libcore.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(HOST_CFLAGS) -pie -o $@ $^ $(LIBS)

units: $(patsubst tests/core/unit/%.c,$(B)/unit/%,$(UNIT))
helpers: $(patsubst tests/support/helpers/%.c,$(B)/helpers/%,$(HELPERS)) $(PERFORMED) $(B)/mkruntime $(B)/foretell $(B)/unpack

check-layers: all
	$(Q)tests/check-layers $(B)

.PHONY: units helpers check-layers

# -- tests ---------------------------------------------------------------------------------------
# Every test prints TAP; tests/run adds them up and prints "N passed, N failed".

TREE_HOST := $(B)/test-trees/host
BATS := $(sort $(wildcard tests/*/*.bats tests/*/*/*.bats))
BATTERIES := $(filter-out tests/core/fuzz/run,$(sort $(wildcard tests/*/*/*/run tests/*/*/run)))
UNIT_PROGRAMS := $(patsubst tests/core/unit/%.c,$(B)/unit/%,$(UNIT))
FUZZERS := $(patsubst tests/core/fuzz/%.c,$(B)/fuzz/%,$(FUZZ))
MINUTES ?= 1
JOBS ?= $(shell nproc)
TARGETS ?=
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

# make test T=SUBJECT runs what is called so, or is in a folder that is: T=publish, T=core/str,
# T=rootfs, T="check explain". Tests stage the trees that they need; for all it is done at once.
T ?=
ALL_TESTS := $(UNIT_PROGRAMS) $(BATS) $(BATTERIES) tests/core/fuzz/run
names_of = /$(patsubst %/run,%,$(basename $(patsubst $(B)/unit/%,core/unit/%,$(1:tests/%=%))))/ \
	$(patsubst $(B)/unit/%,/core/%/,$(filter $(B)/unit/%,$(1)))
is_chosen = $(strip $(foreach word,$(T:tests/%=%),$(findstring /$(word)/,$(call names_of,$(1)))))
CHOSEN := $(strip $(foreach test,$(ALL_TESTS),$(if $(or $(if $(T),,all),$(call is_chosen,$(test))),$(test))))
# What units need is soon built.
CHOSEN_UNITS := $(if $(filter-out $(B)/unit/%,$(CHOSEN)),,$(CHOSEN))

test: deps
	$(if $(CHOSEN),,$(error no test is called $(T)))
ifneq ($(CHOSEN_UNITS),)
	$(MAKE) $(CHOSEN_UNITS)
else
	$(MAKE) test-programs $(if $(filter tests/core/fuzz/run,$(CHOSEN)),fuzzers)
endif
ifeq ($(T),)
	$(MAKE) check-layers
	tests/support/trees $(TEST_ARCHS)
endif
	BUSYPY_TEST_ARCHS="$(TEST_ARCHS)" tests/run $(CHOSEN)

# What make test runs, one a line.
list-tests:
	@printf '%s\n' $(ALL_TESTS)

test-long: deps
	$(MAKE) test-programs fuzzers
	tests/support/trees $(ALL_ARCHS)
	BUSYPY_TEST_LONG=1 BUSYPY_TEST_ARCHS="$(ALL_ARCHS)" tests/run $(CHOSEN)

# Without root it needs what is installed already; as root it installs what is missing.
demo:
	tests/support/deps demo
	$(MAKE) --no-print-directory all $(B)/helpers/nsrun $(B)/helpers/inview >/dev/null
	tests/project/demo

# BENCH=--json for numbers to compare; BENCHES=bench for one of them.
BENCHES ?= bench start.py sandbox.py battery.py shell.py tools.py boot.py publish.py one_file.py check.py walk.py
bench: deps
	$(MAKE) test-programs
	tests/support/trees $(TEST_ARCHS)
	@for bench in $(BENCHES); do echo "== $$bench"; \
		/usr/bin/python3 tests/project/bench/$$bench $(BENCH) || exit; done

deps:
	tests/support/deps test

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_CC := clang -g -O1 -fsanitize=fuzzer $(SANITIZE) $(LANGUAGE)

# What reads bytes of others; of the rooms above core, too, with the libraries that they use.
FUZZ_CORE := $(CORE:%.c=$(B)/fuzz/%.o)
FUZZ_ROOMS := $(patsubst %.c,$(B)/fuzz/%.o,$(SYS) $(sort $(wildcard $(addprefix lib/,base/*.c elf/*.c source/*.c))) \
	$(addprefix lib/image/,initramfs.c decompress.c decompress_xz.c rootfs.c source.c modules.c))

$(FUZZ_CORE) $(FUZZ_ROOMS): $(B)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(DEFINES) -MMD -MP -c -o $@ $<

-include $(FUZZ_CORE:.o=.d) $(FUZZ_ROOMS:.o=.d)

$(B)/fuzz/libcore.a: $(FUZZ_CORE)
$(B)/fuzz/librooms.a: $(FUZZ_ROOMS)

$(B)/fuzz/%: tests/core/fuzz/%.c $(B)/fuzz/librooms.a $(B)/fuzz/libcore.a
	@mkdir -p $(@D)
	$(call say,FUZZ)
	$(Q)$(FUZZ_CC) -iquote tests/core/fuzz -o $@ $< $(B)/fuzz/librooms.a $(B)/fuzz/libcore.a $(LIBS)

fuzzers: $(FUZZERS)

# make fuzz MINUTES=20 TARGETS="dhcp lease": each so long, JOBS processes at a time; a table at the end.
fuzz: $(if $(TARGETS),$(filter $(FUZZERS),$(TARGETS:%=$(B)/fuzz/%)),fuzzers)
	tests/core/fuzz/minutes $(MINUTES) $(JOBS) $(TARGETS)

# Takes into the corpora what fuzzing found to reach more, and out of them what reaches nothing more.
fuzz-merge: fuzzers
	tests/core/fuzz/merge $(TARGETS)

# The units and the dynamic programs under the sanitizers; the static ones stay as they are.
ASAN_TREE := build/asan/tree
asan:
	$(MAKE) B=build/asan CFLAGS="-O1 -g $(SANITIZE) -fno-omit-frame-pointer" all units
	tests/run $(patsubst tests/core/unit/%.c,build/asan/unit/%,$(UNIT))
	rm -rf $(ASAN_TREE)
	export ASAN_OPTIONS=detect_leaks=0; umask 022; \
		build/asan/busypy stage --from host --rootfs rootfs $(ASAN_TREE) && \
		build/asan/busypy plan $(ASAN_TREE) >/dev/null && build/asan/busypy check $(ASAN_TREE)

# Which branches of lib/core the unit tests take: what they miss is in tests/core/uncovered.txt.
COVERED := $(patsubst tests/core/unit/%.c,build/coverage/unit/%,$(UNIT))
coverage:
	$(MAKE) B=build/coverage CFLAGS="-O0 -g --coverage" units
	find build/coverage -name '*.gcda' -delete
	tests/run $(COVERED) >build/coverage/log || { cat build/coverage/log; exit 1; }
	tests/core/coverage build/coverage

# All that is dynamic once more by another compiler, whose warnings are errors.
clang:
	$(MAKE) B=build/clang CC=clang CI=1 build/clang/busypy-full build/clang/busypyd clang-static

clang-static: $(call host_objects,$(CORE) $(SYS) $(SANDBOX) $(INIT) $(sort $(wildcard binfmt/*.c)))

lint:
	$(Q)tests/lint $(C_FILES) -- $(H_FILES)

.PHONY: test-programs check test list-tests test-long demo bench deps fuzzers fuzz fuzz-merge coverage asan clang clang-static lint

