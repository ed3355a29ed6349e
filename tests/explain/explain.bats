#!/usr/bin/env bats
# What `busypy explain` prints: the steps, the first one that fails, the sentence.

load ../helpers

setup() { cd "$BATS_TEST_TMPDIR"; }

script() { # FILE FIRST-LINE
    printf '%b\n' "$2" >"$1"
    chmod 755 "$1"
}

# The sentence alone, and the exit status that goes with it.
sentence() {
    run "-$1" "$BUSYPY" explain "${@:2}"
    printf '%s\n' "${lines[-1]}"
}

@test "a static program" {
    cp "$HELPERS/nothing" prog
    run -0 "$BUSYPY" explain ./prog
    same "$output" "FILE   STEP    STATE NOTE
./prog program ok    ELF for $(uname -m), static
It would run."
}

@test "a script, its interpreter, and what that one loads" {
    cp "$HELPERS/nothing" prog
    script outer '#!./inner -x y '
    script inner '#! ./prog'
    run -0 "$BUSYPY" explain ./outer
    same "$output" "FILE       STEP    STATE NOTE
./outer    script  ok    #!./inner -x y
\`-./inner  script  ok    #!./prog
  \`-./prog program ok    ELF for $(uname -m), static
It would run."
}

@test "the first step that fails is marked" {
    script tool '#!/no/such/interpreter'
    run -1 "$BUSYPY" explain ./tool
    same "$output" "FILE                   STEP    STATE NOTE
./tool                 script  ok    #!/no/such/interpreter
\`-/no/such/interpreter program FAILS ENOENT
It would fail with ENOENT (No such file or directory): the interpreter of ./tool: cannot start /no/such/interpreter: /no does not exist"
}
