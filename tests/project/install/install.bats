# make install, what it installs works from there, make uninstall.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    export DEST=$BATS_FILE_TMPDIR/dest
    (umask 077; installation -j2 install)
}

# In a build of its own: another PREFIX is compiled in, and the umask would keep others from ours.
installation() { make -s -C "$ROOT" B=build/install DESTDIR="$DEST" PREFIX=/opt/busypy "$@"; }

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

@test "the installed command stages and enables with what is installed beside it" {
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    machine_script "$DEST/opt/busypy/bin/busypy" "$BATS_FILE_TMPDIR/tree" <<'SCRIPT'
"$1" stage "$2" >/dev/null
[ "$("$1" enable "$2" | head -n 1)" = "1 tree enabled: generation 1, 24 handler entries, rehearsed and tested" ]
"$2/etc/busypy/selftest" | grep -q '^busypy-selftest ok '
"$1" disable >/dev/null
SCRIPT
}

@test "everything is readable by all, whatever the umask was" {
    same "$(find "$DEST/opt" ! -perm -o=r ! -type l)" ""
    same "$(find "$DEST/opt" -type d ! -perm -o=x)" ""
    same "$(stat -c %a "$DEST/etc/busypy/busypy.conf")" 644
}

@test "nothing that is installed has a set-id bit or capabilities" {
    [ -e "$(find "$DEST" -name enter)" ]
    same "$(find "$DEST" -perm /6000)" ""
    same "$(getcap -r "$DEST")" ""
}

@test "every man page is there" {
    for page in "$ROOT"/man/*.[1-8]; do
        [ -f "$DEST/opt/busypy/share/man/man${page##*.}/${page##*/}" ]
    done
}

@test "the units name what is installed" {
    local units=$DEST/opt/busypy/lib/systemd/system
    same "$(grep -h ^ExecStart= "$units"/busypy*.service | sort)" "$(printf '%s\n' \
        ExecStart=/bin/true 'ExecStart=/opt/busypy/bin/busypy enable --quiet' ExecStart=/opt/busypy/sbin/busypyd)"
    run -0 "$DEST/opt/busypy/sbin/busypyd" --version
}

@test "installing again keeps the administrator's configuration; uninstall leaves only that" {
    echo '# mine' >"$DEST/etc/busypy/busypy.conf"
    installation install
    same "$(cat "$DEST/etc/busypy/busypy.conf")" '# mine'
    installation uninstall
    same "$(cd "$DEST" && find . -type f)" ./etc/busypy/busypy.conf
}
