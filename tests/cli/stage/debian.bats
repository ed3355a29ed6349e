# busypy stage --from debian: the runtimes that `make test` and `make test-long` have staged.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

setup_file() {
    export ARCHS=${BUSYPY_TEST_ARCHS:-x86_64 aarch64 armhf s390x}
    export TREE=$TREES/debian
    # shellcheck disable=SC2086 # words
    debian_tree $ARCHS
}

# Where the tree's packages and lists are kept.
source_cache() { if [ "$(id -u)" = 0 ]; then echo /var/cache/busypy; else echo "${XDG_CACHE_HOME:-$HOME/.cache}/busypy"; fi; }

setup() { NEW=$BATS_TEST_TMPDIR/new; }

# "SUITE NAME VERSION ARCH SIZE SHA256" lines of one arch, for a list that others may not have.
packages_of() { grep -v '^#' "$TREE/etc/busypy/$1/packages"; }

@test "each runtime starts, on its machine, and imports what programs import" {
    local arch machine
    for arch in $ARCHS; do
        case $arch in armhf | armel) machine=armv7l ;; mips64el) machine=mips64 ;; mipsel) machine=mips ;;
        i386) machine=i686 ;; *) machine=$arch ;; esac
        run -0 staged_python "$TREE" "$arch" -c 'import json, subprocess, argparse, re, pathlib, tempfile, hashlib, \
            logging, ssl, sqlite3, ctypes, platform, zoneinfo, curses, readline
assert __import__("os").path.exists(json.__cached__)
print(platform.machine(), ctypes.CDLL(None).abs(-3))'
        same "$output" "$machine 3"
    done
}

@test "each runtime's interpreter and libraries are the packages' own bytes, but ld.so's two paths" {
    local arch
    for arch in $ARCHS; do
        run cut -d' ' -f5 "$TREE/etc/busypy/$arch/manifest"
        same "$(grep -c patched <<<"$output")" 1
        grep -q ' libc6=[^ ]* patched$' "$TREE/etc/busypy/$arch/manifest"
        run ! grep -q ' debian:' "$TREE/etc/busypy/$arch/manifest" # every file has a package
        (cd "$TREE" && sha256sum --quiet -c "etc/busypy/$arch/python3.sha256")
    done
}

@test "each package has its licence, each runtime its data" {
    local arch name file
    for arch in $ARCHS; do
        while read -r _ name _; do [ -s "$TREE/etc/busypy/$arch/licences/$name" ]; done < <(packages_of "$arch")
        for file in share/zoneinfo/Europe/Berlin share/terminfo/x/xterm lib/locale/C.utf8/LC_CTYPE lib/ssl/cert.pem; do
            [ -s "$TREE/etc/python/$arch/usr/$file" ]
        done
    done
}

@test "archs share each Python file and its .pyc by hard links" {
    local arch base file first=${ARCHS%% *}
    base=$TREE/etc/python/$first/usr/lib/python3.11
    for arch in $ARCHS; do
        [ -d "$TREE/etc/python/$arch/usr/lib/python3.11" ] || continue
        for file in json/__init__.py json/__pycache__/__init__.cpython-311.pyc ../ssl/cert.pem busypy_start.py; do
            same "$(stat -c %i "$base/$file")" "$(stat -c %i "$TREE/etc/python/$arch/usr/lib/python3.11/$file")"
        done
        # what is not shared is this arch's own
        run bash -c 'find "$1" \( -name "*.py" -o -name "*.pyc" \) -type f -links 1 -printf "%f\n" | grep -v _sysconfigdata' - \
            "$TREE/etc/python/$arch/usr/lib/python3.11"
        same "$output" ""
    done
}

@test "the runtime's C.UTF-8, terminals, time zones and certificates are found in a view" {
    local machine; machine=$(uname -m)
    run -0 in_view "$TREE" --setenv LC_ALL C.UTF-8 /usr/bin/python3 -c '
import curses, locale, ssl, sys, zoneinfo
locale.setlocale(locale.LC_ALL, "C.UTF-8")
curses.setupterm("xterm-256color", 1)
zoneinfo.ZoneInfo("America/New_York")
print(len(ssl.create_default_context().get_ca_certs()) > 100, sys.flags.utf8_mode)' 
    same "$output" "True 0"
    run -0 in_view "$TREE" /etc/busypy/selftest
    [[ $output =~ ^busypy-selftest\ ok\ $machine\ 3\. ]]
}

@test "a list of packages stages the same again, from the cache, without a network" {
    local arch=${ARCHS%% *}
    unshare -Urn "${STAGE[@]}" --locked "$TREE/etc/busypy/$arch/packages" "$NEW"
    cmp "$TREE/etc/busypy/$arch/manifest" "$NEW/etc/busypy/$arch/manifest"
    cmp "$TREE/etc/busypy/$arch/packages" "$NEW/etc/busypy/$arch/packages"
    diff <(describe "$TREE/etc/python/$arch") <(describe "$NEW/etc/python/$arch")
    diff <(describe "$TREE/etc/clib/$arch") <(describe "$NEW/etc/clib/$arch")
}

@test "a package that is gone, or is another, is named" {
    local arch=${ARCHS%% *} list=$BATS_TEST_TMPDIR/list
    packages_of "$arch" | sed 's/^\(bookworm zlib1g\) [^ ]* \([^ ]*\) \([0-9]*\) .*/\1 1:0.1-1 \2 \3 '"$(printf 'a%.0s' {1..64})"'/' >"$list"
    run -125 "${STAGE[@]}" --locked "$list" "$NEW"
    same "$output" "busypy: stage: $list: a package can no longer be downloaded: apt: Version '1:0.1-1' for 'zlib1g' was not found"
    packages_of "$arch" | sed '/ zlib1g /s/[0-9a-f]*$/'"$(printf 'b%.0s' {1..64})"'/' >"$list"
    run -125 "${STAGE[@]}" --locked "$list" --cache "$BATS_TEST_TMPDIR/cache" "$NEW"
    [[ $output =~ ^busypy:\ stage:\ zlib1g\ [^\ ]*\ \(amd64\)\ has\ another\ checksum\ than\ in\ "$list"$ ]]
    [ ! -e "$NEW" ]
}

@test "an unsound list of packages is named by its line" {
    local list=$BATS_TEST_TMPDIR/list sum; sum=$(printf 'a%.0s' {1..64})
    printf '# a comment\n\nbookworm libc6\n' >"$list"
    run -125 "${STAGE[@]}" --locked "$list" "$NEW"
    same "$output" "busypy: stage: $list:3: not a line of a package list (suite, name, version, architecture, size, SHA-256)"
    run -125 "${STAGE[@]}" --locked "$TREES/host/etc/busypy/x86_64/packages" "$NEW"
    [[ $output =~ ^busypy:\ stage:\ .*/packages:2:\ .*\ has\ no\ checksum,\ so\ this\ list\ cannot\ be\ staged\ again$ ]]
    echo "bookworm libc6 1 amd64 1 $sum" >"$list"
    run -125 "${STAGE[@]}" --locked "$list" --arch s390x "$NEW"
    same "$output" "busypy: stage: $list: lists no packages for s390x"
    echo "Sid libc6 1 amd64 1 $sum" >"$list"
    run -125 "${STAGE[@]}" --locked "$list" "$NEW"
    same "$output" "busypy: stage: $list: Sid is no name of a suite"
    : >"$list"
    run -125 "${STAGE[@]}" --locked "$list" "$NEW"
    same "$output" "busypy: stage: $list: lists no packages"
    [ ! -e "$NEW" ]
}

@test "a damaged package in the cache is fetched again" {
    local arch=${ARCHS%% *} cache=$BATS_TEST_TMPDIR/cache
    mkdir -p "$cache/debs"
    grep -E ' (gcc-12-base) ' "$TREE/etc/busypy/$arch/packages" >"$BATS_TEST_TMPDIR/list"
    echo damaged >"$cache/debs/$(awk '{ print $2 "_" $3 "_" $4 ".deb" }' "$BATS_TEST_TMPDIR/list")"
    run -125 "${STAGE[@]}" --locked "$BATS_TEST_TMPDIR/list" --cache "$cache" "$NEW"
    # one package alone is no runtime, but it came
    same "$output" "busypy: stage: $arch: $NEW/.busypy-stage/build/source/$arch/usr/bin/python3: there is no Python 3 to stage"
    (cd "$cache/debs" && sha256sum --quiet -c <<<"$(awk '{ print $6 "  " $2 "_" $3 "_" $4 ".deb" }' "$BATS_TEST_TMPDIR/list")")
}

@test "a mirror that is unsigned, signed by others, or not there, is one sentence" {
    local mirror=$BATS_TEST_TMPDIR/mirror cache=$BATS_TEST_TMPDIR/cache
    mkdir -p "$mirror/dists/bookworm/main/binary-amd64"
    : >"$mirror/dists/bookworm/main/binary-amd64/Packages"
    printf 'Suite: bookworm\nCodename: bookworm\nComponents: main\nArchitectures: amd64\nDate: %s\nSHA256:\n e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 main/binary-amd64/Packages\n' \
        "$(LC_ALL=C date -uR)" >"$mirror/dists/bookworm/Release"
    stage_from() { run -125 "${STAGE[@]}" --from debian --arch x86_64 --cache "$cache" --mirror "$1" "$NEW"; [ ! -e "$NEW" ]; }
    stage_from "file:$mirror"
    same "$output" "busypy: stage: cannot update the package lists of bookworm: apt: The repository 'file:$mirror bookworm Release' is not signed."
    printf -- '-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n' >"$mirror/dists/bookworm/Release.gpg"
    stage_from "file:$mirror"
    [[ $output =~ ^"busypy: stage: cannot update the package lists of bookworm: apt: " ]]
    same "${#lines[@]}" 1
    stage_from "http://127.0.0.1:9/debian"
    [[ $output =~ ^"busypy: stage: cannot update the package lists of bookworm: apt: "Failed\ to\ fetch\ .*\ Could\ not\ connect ]]
    stage_from "gopher://mirror"
    same "$output" "busypy: stage: 'gopher://mirror' is not a mirror (http://..., https://..., file:/...)"
}

@test "what a mirror lists but does not have is named; the next one of a list is tried" {
    local arch=${ARCHS%% *} suite=bookworm cache=$BATS_TEST_TMPDIR/cache deb url version
    local mirror=("$BATS_TEST_DIRNAME/mirror.py" "$(source_cache)" "$suite")
    local stage=("${STAGE[@]}" --from "debian:$suite" --arch "$arch" --cache "$cache" "$NEW")
    read -r _ _ version deb _ < <(packages_of "$arch" | grep ' zlib1g ')
    deb=zlib1g_${version#*:}_$deb.deb

    run -125 "${mirror[@]}" '^zlib1g_' "${stage[@]}" --mirror @
    url=$(grep -o 'http://127.0.0.1:[0-9]*' <<<"$output" | head -n1)
    same "$output" "busypy: stage: cannot download zlib1g $version ($arch, $suite) from $url: apt: Failed to fetch $url/pool/main/z/zlib/$deb  404  Not Found [IP: $(tr : " " <<<"${url#http://}")]"
    [ ! -e "$NEW" ]
    compgen -G "$cache/debs/libuuid1_*" # what came is kept

    run -0 "${mirror[@]}" '^zlib1g_' "${stage[@]}" --mirror '@, @@'
    url=$(grep -o 'http://127.0.0.1:[0-9]*' <<<"$output" | head -n1)
    same "$output" "busypy: stage: warning: cannot download zlib1g $version ($arch, $suite) from $url: apt: Failed to fetch $url/pool/main/z/zlib/$deb  404  Not Found [IP: $(tr : " " <<<"${url#http://}")], trying ${output##* trying }"
    same "$(sed -n 's/^mirror //p' "$NEW/etc/busypy/$arch/sources")" "${output##* trying }"
    cmp "$TREE/etc/busypy/$arch/packages" "$NEW/etc/busypy/$arch/packages"
}

@test "the mirror of the configuration is used" {
    printf '[stage]\nmirror = file:/nowhere\n' >"$BATS_TEST_TMPDIR/conf"
    run -125 "${STAGE[@]}" --from debian --arch x86_64 --config "$BATS_TEST_TMPDIR/conf" --cache "$BATS_TEST_TMPDIR/cache" "$NEW"
    [[ $output =~ file:/nowhere ]]
}

@test "nothing of this machine's apt and dpkg is changed" {
    # others may install packages meanwhile: what would be written here stays in upper layers
    local namespaces=-m; [ "$(id -u)" -eq 0 ] || namespaces=-Urm
    run -0 --separate-stderr unshare "$namespaces" bash -euc '
mount -t tmpfs upper /mnt
for dir in /var/lib/dpkg /var/lib/apt /var/cache/apt /etc/apt; do
    upper=/mnt/${dir//\//-}
    mkdir -p "$upper"/{changed,work}
    mount -t overlay -o "lowerdir=$dir,upperdir=$upper/changed,workdir=$upper/work" overlay "$dir"
done
"$@" >/dev/null
find /mnt/*/changed -mindepth 1' - "${STAGE[@]}" --from debian --arch "${ARCHS%% *}" "$NEW"
    same "$output" ""
}

@test "without apt, keys or libarchive there is a sentence" {
    local bin=$BATS_TEST_TMPDIR/bin; mkdir "$bin"
    PATH=$bin run -125 "${STAGE[@]}" --from debian --cache "$BATS_TEST_TMPDIR/cache" "$NEW"
    same "$output" "busypy: stage: apt-get is not installed here (Hint: --from host and --from DIR do without)"
    run -125 bwrap --bind / / --dev /dev --proc /proc --tmpfs /usr/share/keyrings "${STAGE[@]}" --from debian \
        --cache "$BATS_TEST_TMPDIR/cache" "$NEW"
    same "$output" "busypy: stage: cannot read Debian's keys, /usr/share/keyrings/debian-archive-keyring.gpg: No such file or directory (Hint: install debian-archive-keyring)"
}
