#!/usr/bin/env bats
# A real program with more than twenty dependencies: one resolution, and it runs on two archs. With
# BUSYPY_TEST_LONG it is weighed against pip, which needs a folder for each arch.

load fixtures

WANTED=(flask requests rich sqlalchemy pyyaml lxml numpy click)
DEBIAN=(python3-flask python3-requests python3-rich python3-sqlalchemy python3-yaml python3-lxml python3-numpy)
LIBRARIES=(libxml2 libxslt1.1 libyaml-0-2 libblas3 liblapack3 libstdc++6)

# The tree of Debian's runtimes, to be changed: links to it.
copy() { mkdir "$1" && cp -al "$TREES/debian/." "$1" 2>/dev/null || cp -a "$TREES/debian/." "$1"; }

setup_file() {
    debian_tree x86_64 aarch64
    cd "$BATS_FILE_TMPDIR"
    copy maker; copy tree; mkdir wheels
    "${ADD[@]}" --from debian --arch x86_64,aarch64 maker "${DEBIAN[@]}"
    "$BATS_TEST_DIRNAME/wheels.py" maker wheels x86_64 aarch64 >made
    "${ADD[@]}" --from debian --arch x86_64,aarch64 tree "${LIBRARIES[@]}"
    printf '%s\n' "${WANTED[@]}" >requirements.txt
    chmod -R go+rX "$BATS_FILE_TMPDIR" && chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

setup() { cd "$BATS_FILE_TMPDIR"; }

@test "one resolution for both archs, more than twenty packages" {
    local before
    before=$(du -sk --apparent-size tree | cut -f 1)
    date +%s.%N >begin
    run "${ADD[@]}" --no-index --find-links "$PWD/wheels" --arch x86_64,aarch64 tree -r requirements.txt
    same "$output" ""
    [ "$status" -eq 0 ]
    echo "$(date +%s.%N) $(cat begin) $(du -sk tree | cut -f 1) $before" >ours
    "${ADD[@]}" tree "$BATS_TEST_DIRNAME/program"
    [ "$("$BUSYPY" list -n -o KIND tree | grep -c wheel)" -gt 20 ]
    same "$("$BUSYPY" list -n -o NAME,ARCHS,WANTED tree | tr -s ' ' | grep -E '^(markupsafe|jinja2) ' | sed 's/ $//')" "jinja2 all no
markupsafe x86_64,aarch64 no"
}

@test "the program runs on both, and says the same" {
    run -0 "$BUSYPY" test --same-output --arch x86_64,aarch64 --tree tree -o out -- /bin/program
    for arch in x86_64 aarch64; do
        same "$(cat "out/$arch.txt")" "hello &lt;b&gt; 42 3 10 [1, 2] http://h/ x &lt; $("$BUSYPY" list -n -o KIND tree | grep -c wheel)"
    done
}

@test "pip install --target, an arch at a time, weighed" {
    [ -n "${BUSYPY_TEST_LONG-}" ] || return 0
    local begin end arch
    begin=$(date +%s.%N)
    for arch in x86_64 aarch64; do
        /usr/bin/python3 -m pip install -q --target "pip.$arch" --no-index --find-links wheels --only-binary=:all: \
            --implementation cp --python-version 3.11 --platform "manylinux_2_36_$arch" -r requirements.txt
    done
    end=$(date +%s.%N)
    echo "# pip: $(bc <<<"$end - $begin") s, $(du -ck pip.* | tail -n 1 | cut -f 1) KiB for two archs"
    read -r end begin after before <ours
    echo "# busypy: $(bc <<<"$end - $begin") s, resolved, checked and compiled; the tree has $after KiB, before $before" >&3
    [ "$(du -ck pip.* | tail -n 1 | cut -f 1)" -gt 0 ]
}
