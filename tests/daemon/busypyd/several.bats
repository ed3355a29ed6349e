# busypyd and versions whose runtimes have several Pythons: their numbers come with them.
load ../../support/helpers
load fixtures

setup_file() {
    begin
    debian_tree x86_64
    debian_tree --python 3.11,3.13 x86_64 aarch64
}

@test "a version with several brings their entries, which are put back, and a version of one needs none" {
    with_prelude <<'SCRIPT'
TREE=$TREES/debian
new_version "$export" 1
point "$export" 1; configure "tree = $export/current"
start; await in_force "$export/current" 1
same "$(entries)" 24
TREE=$TREES/python-3.11,3.13
new_version "$export" 2.new
printf '#!/usr/bin/python3.13\nimport sys; print(sys.version_info[1])\n' >"$export/versions/2.new/bin/which"
chmod 755 "$export/versions/2.new/bin/which"
mv "$export/versions/2.new" "$export/versions/2"
point "$export" 2; await in_force "$export/current" 2
are() { [ "$(entries)" = "$1" ]; }
await are 36
same "$("$export/current/bin/which")" 13
# of what is wiped all comes back, by what the generation has noted
for entry in /proc/sys/fs/binfmt_misc/busypy-*-python3.13-*; do echo -1 >"$entry"; done
await are 36
same "$("$export/current/bin/which")" 13
# what is renewed without a look at the tree that stands keeps them
generation=$(generation)
point "$export" 1; await in_force "$export/current" 1
[ "$(generation)" = "$generation" ] || await are 36
same "$("$export/versions/2/bin/which")" 13
stop
SCRIPT
}
