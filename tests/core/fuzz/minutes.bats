#!/usr/bin/env bats
# make fuzz: what it says of targets, with programs in their place that behave like them.
load ../../support/helpers

setup() {
    # where an ordinary user may look
    place=$BATS_TEST_TMPDIR/source
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
    mkdir -p "$place"/tests/core/fuzz/corpus "$place/build/fuzz"
    cp "$ROOT/tests/core/fuzz/minutes" "$place/tests/core/fuzz/"
    cd "$place" || return
}

# A target, from standard input; its arguments are those of libFuzzer.
target() {
    mkdir -p "tests/core/fuzz/corpus/$1"
    echo seed >"tests/core/fuzz/corpus/$1/seed"
    : >"tests/core/fuzz/$1.c"
    { echo '#!/bin/sh'; cat; } >"build/fuzz/$1"
    chmod 755 "build/fuzz/$1"
}

sound() {
    target "$1" <<'END'
echo '#7: cov: 3 ft: 4 corp: 1 exec/s 7 oom/timeout/crash: 0/0/0 time: 1s job: 1 dft_time: 0'
echo '#1234: cov: 56 ft: 78 corp: 9 exec/s 7 oom/timeout/crash: 0/0/0 time: 2s job: 2 dft_time: 0'
END
}

broken() {
    target "$1" <<'END'
for word; do case $word in -artifact_prefix=*) prefix=${word#*=} ;; esac; done
echo '#9: cov: 5 ft: 6 corp: 1 exec/s 7 oom/timeout/crash: 0/0/1 time: 1s job: 1 dft_time: 0'
echo bad >"${prefix}crash-0123"
exit 77
END
}

@test "executions, coverage and findings of each target, and status 0" {
    sound first
    sound second
    run --separate-stderr tests/core/fuzz/minutes 0.1 2
    same "$status" 0
    same "$output" "$(printf '%s\n' \
        'target               executions     edges  features  findings' \
        'first                      1234        56        78         0' \
        'second                     1234        56        78         0')"
    same "$stderr" ""
}

@test "a finding: status 1, and what caused it is kept and named" {
    sound first
    broken second
    run --separate-stderr tests/core/fuzz/minutes 1 1
    same "$status" 1
    same "${lines[2]}" "second                        9         5         6         1"
    same "${lines[3]}" "fuzz: second: build/fuzz/found/second/crash-0123"
    same "$(cat build/fuzz/found/second/crash-0123)" bad
    same "$stderr" "fuzz: second: see build/fuzz/log/second"
}

@test "a target that ended by itself, or that ran nothing, has not passed" {
    target first <<<'exit 3'
    target second <<<'exit 0'
    run tests/core/fuzz/minutes 1 1 first
    same "$status" 1
    run tests/core/fuzz/minutes 1 1 second
    same "$status" 1
}

@test "targets can be chosen; processors that are left over go to them" {
    sound first
    target second <<'END'
echo '#1: cov: 1 ft: 1 corp: 1 exec/s 1 oom/timeout/crash: 0/0/0 time: 1s job: 1 dft_time: 0'
echo "$@" | tr ' ' '\n' | grep -E '^-(fork|max_total_time)='
END
    run --separate-stderr tests/core/fuzz/minutes 1.5 4 second
    same "$status" 0
    same "${#lines[@]}" 2
    same "$(grep '^-' build/fuzz/log/second | sort)" "$(printf '%s\n' -fork=4 -max_total_time=90)"
}

@test "targets have no privilege, few processes and no large files" {
    target first <<'END'
echo '#1: cov: 1 ft: 1 corp: 1 exec/s 1 oom/timeout/crash: 0/0/0 time: 1s job: 1 dft_time: 0'
id -u
grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status
prlimit --noheadings -o SOFT --nproc --fsize --core
END
    tests/core/fuzz/minutes 1 1
    same "$(grep -v '^#' build/fuzz/log/first | tr -s '\t\n ' ' ')" \
        "$(id -u nobody) CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 256 268435456 0 status 0 "
}

@test "no target of that name, no number" {
    sound first
    run tests/core/fuzz/minutes 1 1 frist
    same "$status" 125
    same "$output" "fuzz: there is no target frist (Hint: first)"
    run tests/core/fuzz/minutes soon 1
    same "$status" 125
    same "$output" "fuzz: MINUTES and JOBS are numbers (make fuzz MINUTES=20)"
    run tests/core/fuzz/minutes 0 1
    same "$status" 125
    same "$output" "fuzz: MINUTES=0 is less than a second"
}
