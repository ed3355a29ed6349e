# busypyd and trees with programs = host: their runtimes come and go with versions and processes.
load ../../support/helpers
load fixtures

setup_file() {
    begin
    debian_tree "$(uname -m)"
    export TREE=$TREES/debian
}

# A script (standard input) in a machine, with an export of version 1 that uses the host's programs.
in_machine() {
    { cat <<'SCRIPT'
host_version() {
    new_version "$export" "$1.new"
    printf '#!/usr/bin/python3\nimport sys\nexec(sys.argv[1])\n' >"$export/versions/$1.new/bin/py"
    chmod 755 "$export/versions/$1.new/bin/py"
    printf 'programs = %s\n' "${2-host}" >"$export/versions/$1.new/etc/busypy/tree.conf"
    mv "$export/versions/$1.new" "$export/versions/$1"
}
changed() { # VERSION FILE: a version with another such file
    host_version "$1"
    local file=$export/versions/$1/$2
    cp "$file" "$file.new"; echo >>"$file.new"; mv "$file.new" "$file"
}
interpreter=etc/python/$(uname -m)/usr/bin/$(readlink "$TREE/etc/python/$(uname -m)/usr/bin/python3")
runtimes() { ls -d /run/busypy/*.d 2>/dev/null | wc -l; }
are() { [ "$(runtimes)" = "$1" ]; }
prefix='import sys; print(sys.prefix)'
host_version 1; point "$export" 1; configure "tree = $export/current"
SCRIPT
      cat; } | with_prelude
}

@test "a new version has its runtime; what runs keeps the old one, which goes when that ends" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
mkfifo "$here/go"
"$export/current/bin/py" 'import sys; print(sys.prefix, flush=True); open(sys.argv[2]).read()
import decimal, xml.dom.minidom; print(decimal.__file__)' "$here/go" >"$here/said" & held=$!
exec 9>"$here/go"
await test -s "$here/said"
old=$(cat "$here/said")
host_version 2; point "$export" 2
await in_force "$export/current" 2
new=$("$export/current/bin/py" "$prefix")
[ "$old" != "$new" ]
# the version before stays ready, for a rollback; with a third one nothing names the first any more
host_version 3; point "$export" 3
await in_force "$export/current" 3
alone() { [ "$(find /run/busypy.handler -maxdepth 1 -name 'g*' | wc -l)" = 1 ]; }
await alone
are 3
exec 9>&-; wait $held
[[ "$(tail -1 "$here/said")" = "$old"/lib/python3.*/decimal.py ]]
await test ! -e "${old%/usr}"
are 2
SCRIPT
}

@test "a start in between waits for the runtime, while busypyd makes it" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
for version in 2 3 4; do
    host_version $version; point "$export" $version
    "$export/current/bin/py" 'import os, sys; print(os.readlink(sys.prefix[:-3] + "tree"), *sys.argv[2:])' "a b" >"$here/said"
    same "$(cat "$here/said")" "$export/versions/$version a b"
done
SCRIPT
}

@test "ten versions of a changed script take the room of one runtime" {
    in_machine <<'SCRIPT'
configure "tree = $export/current" "runtime-space = 10M"
start; await in_force "$export/current" 1
file() { "$export/current/bin/py" 'import os, sys; st = os.stat("/proc/self/exe"); print(st.st_ino)
print(os.readlink(sys.prefix[:-3] + "tree"), os.path.realpath(os.__file__).split("/etc/")[0])'; }
one=$(file); one=${one%%$'\n'*}
mkfifo "$here/go"
"$export/current/bin/py" 'import sys; print(1, flush=True); open(sys.argv[2]).read()
import ssl; print([line.split()[-1] for line in open("/proc/self/maps") if "libssl" in line][0])' "$here/go" >"$here/held" & held=$!
exec 9>"$here/go"
await test -s "$here/held"
for version in 2 3 4 5 6 7 8 9 10 11; do
    host_version $version; point "$export" $version
    await in_force "$export/current" $version
    same "$(file)" "$one"$'\n'"$export/versions/$version $export/versions/$version"
done
same "$(ls -d /run/busypy/*.b | wc -l)" 1
# who still runs by the first goes on with what it has
exec 9>&-; wait $held
same "$(tail -1 "$here/held")" "$(readlink -f /run/busypy/*.b/clib)/libssl.so.3"
[ -e "$(tail -1 "$here/held")" ]
await are 2
SCRIPT
}

@test "a version with another interpreter or library has files of its own, and finds no other's" {
    in_machine <<'SCRIPT'
libraries() { "$export/current/bin/py" 'import ssl, os; print(os.stat("/proc/self/exe").st_ino, *sorted(
    {line.split()[-1].split("/etc/clib/")[0] for line in open("/proc/self/maps") if "/etc/clib/" in line}))'; }
start; await in_force "$export/current" 1
one=$(libraries)
same "${one#* }" "$export/versions/1"
changed 2 "$interpreter"
point "$export" 2; await in_force "$export/current" 2
two=$(libraries)
same "${two#* }" "$export/versions/2"
[ "${two% *}" != "${one% *}" ]
changed 3 "etc/clib/$(uname -m)/libssl.so.3"
point "$export" 3; await in_force "$export/current" 3
three=$(libraries)
same "${three#* }" "$export/versions/3"
[ "${three% *}" != "${one% *}" ]
[ "${three% *}" != "${two% *}" ]
# the first is named by none, and goes as a whole
await are 2
bases() { [ "$(ls -d /run/busypy/*.b | wc -l)" = "$1" ]; }
await bases 2
SCRIPT
}

@test "the version that libraries are found in may go: those of another one are the same" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
leads() { [ "$(readlink /run/busypy/*.b/tree)" = "$export/versions/$1" ]; }
host_version 2; point "$export" 2; await in_force "$export/current" 2
leads 1
mkfifo "$here/go"
"$export/current/bin/py" 'import sys; print(1, flush=True); open(sys.argv[2]).read()
import ssl; print([line.split()[-1] for line in open("/proc/self/maps") if "libssl" in line][0])' "$here/go" >"$here/held" & held=$!
exec 9>"$here/go"
await test -s "$here/held"
host_version 3; point "$export" 3; await in_force "$export/current" 3
handed_over() { leads 2 || leads 3; }
await handed_over
rm -r "$export/versions/1"
exec 9>&-; wait $held
[[ "$(tail -1 "$here/held")" = "$export"/versions/[23]/etc/clib/*/libssl.so.3 ]]
SCRIPT
}

@test "the version that libraries are found in is removed by hand, while something runs in it" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
mkfifo "$here/go"
"$export/current/bin/py" 'import sys; print(1, flush=True); open(sys.argv[2]).read()' "$here/go" >"$here/held" & held=$!
exec 9>"$here/go"
await test -s "$here/held"
host_version 2; point "$export" 2; await in_force "$export/current" 2
same "$(readlink /run/busypy/*.b/tree)" "$export/versions/1"
rm -r "$export/versions/1"
kill -HUP "$service"
works() { [ "$("$export/current/bin/py" 'import ssl; print(1)' 2>/dev/null)" = 1 ]; }
await works
same "$(readlink /run/busypy/*.b/tree)" "$export/versions/2"
exec 9>&-; wait $held
SCRIPT
}

@test "no room for another runtime: what was in force stays, and says so; with more room it goes on" {
    in_machine <<'SCRIPT'
configure "tree = $export/current" "runtime-space = 9M"
start; await in_force "$export/current" 1
one=$("$export/current/bin/py" "$prefix")
changed 2 "$interpreter"; point "$export" 2
await said "No space left on device (Hint: 'runtime-space' in busypy.conf(5) gives more); in force stays $export/versions/1"
same "$("$export/versions/1/bin/py" "$prefix")" "$one"
are 1
configure "tree = $export/current" "runtime-space = 64M"
kill -HUP "$service"
await in_force "$export/current" 2
[ "$("$export/current/bin/py" "$prefix")" != "$one" ]
SCRIPT
}

@test "what a tree says of itself is noticed where it is changed in place" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
runs_in() { [ "$("$export/current/bin/py" 'import sys; print(sys.prefix[:4])')" = "$1" ]; }
runs_in /run
echo 'programs = tree' >"$export/current/etc/busypy/tree.conf"
await runs_in /usr
echo 'programs = host' >"$export/current/etc/busypy/new" && mv "$export/current/etc/busypy/new" "$export/current/etc/busypy/tree.conf"
await runs_in /run
echo 'programs = both' >"$export/current/etc/busypy/tree.conf"
await said "'programs' must be 'tree' or 'host', not 'both'"
runs_in /run
echo 'programs = host' >"$export/current/etc/busypy/tree.conf"
await in_force "$export/current" 1
# nobody notices it without the service: status says so
stop
template() { status -o template trees | sed 's/ *$//'; }
same "$(template)" "beside the host"
echo 'programs = tree' >"$export/current/etc/busypy/tree.conf"
same "$(template)" "beside the host, but 'programs = tree' is said since: enable it anew"
SCRIPT
}

@test "a version may change its mind, and the administrator has the last word" {
    in_machine <<'SCRIPT'
start; await in_force "$export/current" 1
host_version 2 tree; point "$export" 2
await in_force "$export/current" 2
same "$("$export/current/bin/py" "$prefix")" /usr
{ printf '[busypy]\ntree = %s\n[%s]\nprograms = host\n' "$export/current" "$export/current"; } >"$conf.new"
mv "$conf.new" "$conf"
beside() { [[ "$("$export/current/bin/py" "$prefix")" = /run/busypy/* ]]; }
await beside
stop
"$BUSYPY" disable --quiet
[ ! -e /run/busypy ]
[ ! -e /run/busypy.handler ]
SCRIPT
}
