# busypyd and images of Python: new versions have theirs, and what starts lack is made, within limits.
load ../../support/helpers
load fixtures

# A script (standard input) in a machine, with an export of version 1 whose Python starts from images.
in_machine() {
    { cat <<'SCRIPT'
mount -t tmpfs -o mode=0755 cache /var/cache
unset PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE LC_ALL
export LANG=C.UTF-8 HOME=/root
images=/var/cache/busypy/start
image_version() {
    new_version "$export" "$1.new"
    printf '#!/usr/bin/python3\nimport os\nprint(os.path.dirname(os.readlink("/proc/self/exe")))\n' >"$export/versions/$1.new/bin/which"
    chmod 755 "$export/versions/$1.new/bin/which"
    echo 'start = auto' >"$export/versions/$1.new/etc/busypy/tree.conf"
    mv "$export/versions/$1.new" "$export/versions/$1"
}
which=$export/current/bin/which
from_image() { [[ $("$@") == $images/* ]]; }
image_version 1; point "$export" 1; configure "tree = $export/current"
start; await in_force "$export/current" 1
key=$("$which")
SCRIPT
      cat; } | with_prelude
}

@test "a kind that a start has lacked is made; then users start from it, too" {
    in_machine <<'SCRIPT'
user="setpriv --reuid 1000 --regid 1000 --clear-groups"
[ -z "$(find $images -name '24.*')" ]
same "$($user env PYTHONDONTWRITEBYTECODE=1 "$which")" /usr/bin
await from_image $user env PYTHONDONTWRITEBYTECODE=1 "$which"
# so is none that there cannot be, whatever is written there, and however often ("0" is kind 48)
for byte in '\100' '\377' '\062' '\063' '\063'; do $user env printf "%0500d$byte" 0 >"$key/wanted"; done
for kind in 48 50 51; do await said "no image of kind $kind for $key/python3: there is no kind $kind of images"; done
for kind in 48 50 51; do same "$(grep -c "no image of kind $kind " "$here/log")" 1; done
same "$(grep -c "no image of kind" "$here/log")" 3
same "$(PYTHONUNBUFFERED=1 "$which")" /usr/bin
await from_image env PYTHONUNBUFFERED=1 "$which"
SCRIPT
}

@test "a new version has its images when it is in force; those of the version before the last go" {
    in_machine <<'SCRIPT'
from_image "$which"
for version in 2 3; do
    image_version $version; point "$export" $version
    await in_force "$export/current" $version
    [ "$("$which")" != "$key" ]
    from_image "$which"
done
await test ! -e "$key"
SCRIPT
}

@test "images that somebody has removed are made anew" {
    in_machine <<'SCRIPT'
rm -r "$key"
same "$("$which")" /usr/bin
kill -HUP "$service"
await from_image "$which"
SCRIPT
}
