# busypy stage and add from a signed archive that is not Debian's, made here of Debian's packages.
# shellcheck shell=bash disable=SC2016,SC2030,SC2031,SC2153
load fixtures

setup_file() {
    export TREE=$TREES/debian
    debian_tree x86_64
    export HOME=$BATS_FILE_TMPDIR/home KEYS=$BATS_FILE_TMPDIR/keys.gpg DEBS=$BATS_FILE_TMPDIR/debs
    mkdir -m 700 "$HOME" "$HOME/.gnupg"; mkdir "$DEBS"
    gpg --batch --quiet --passphrase '' --quick-gen-key house@example.org ed25519 sign never
    gpg --batch --quiet --export >"$KEYS"
    local cache=$BATS_FILE_TMPDIR/cache list=$TREE/etc/busypy/x86_64/packages
    mkdir -p "$cache"
    # the very packages that the tree is made from, into a cache of our own
    "${STAGE[@]}" --locked "$list" --cache "$cache" "$BATS_FILE_TMPDIR/tree"
    ln -s "$cache"/debs/*.deb "$DEBS"
}

teardown_file() { gpgconf --kill all; gpgconf --remove-socketdir || true; }

setup() { NEW=$BATS_TEST_TMPDIR/new ARCHIVE=$BATS_TEST_TMPDIR/archive CACHE=$BATS_TEST_TMPDIR/cache; }

# An archive: SUITE, options and packages; signed.
archive() { "$ROOT/tests/support/archive.py" "$ARCHIVE" "$1" --home "$HOME/.gnupg" "${@:2}"; }

# A package of our own: NAME VERSION DEPENDS, with a Python module.
package() {
    local dir=$BATS_TEST_TMPDIR/package
    mkdir -p "$dir/DEBIAN" "$dir/usr/lib/python3/dist-packages"
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDepends: %s\nDescription: of tests\n' \
        "$1" "$2" "$3" >"$dir/DEBIAN/control"
    echo "version = '$2'" >"$dir/usr/lib/python3/dist-packages/house.py"
    dpkg-deb --root-owner-group -b "$dir" "$BATS_TEST_TMPDIR/$1_$2_all.deb" >/dev/null
}

from_house() { run "$@" --from debian:house --mirror "file:$ARCHIVE" --keyring "$KEYS" --cache "$CACHE" "${more[@]}" "$NEW"; }

# What staging from the archive says, with more options if there are any.
says() {
    local sentence=$1 more=("${@:2}")
    from_house -125 "${STAGE[@]}"
    same "$output" "busypy: stage: $sentence"
    [ ! -e "$NEW" ]
}

@test "packages are found in another archive, with its keys, and give the same runtime" {
    local more=()
    archive house "$DEBS"/*
    from_house -0 "${STAGE[@]}"
    cmp "$TREE/etc/busypy/x86_64/manifest" "$NEW/etc/busypy/x86_64/manifest"
    diff <(sed 's/^bookworm/house/' "$TREE/etc/busypy/x86_64/packages") "$NEW/etc/busypy/x86_64/packages"
    same "$(cat "$NEW/etc/busypy/x86_64/sources")" "from debian:house
mirror file:$ARCHIVE
keyring $KEYS"
    run -0 staged_python "$NEW" x86_64 -c 'import ssl, sys; print(sys.version_info.minor)'
    same "$output" 11

    # Debian's own keys do not do, although its lists are there already
    run -125 "${STAGE[@]}" --from debian:house --mirror "file:$ARCHIVE" --cache "$CACHE" "$BATS_TEST_TMPDIR/other"
    [[ $output =~ ^"busypy: stage: cannot update the package lists of house: apt: Failed to fetch file:$ARCHIVE/dists/house/InRelease  The following signatures couldn't be verified because the public key is not available: NO_PUBKEY "[0-9A-F]{16}$ ]]
    [ ! -e "$BATS_TEST_TMPDIR/other" ]

    # what was signed is there no longer
    "$ROOT/tests/support/archive.py" "$ARCHIVE" house "$DEBS"/*
    NEW=$BATS_TEST_TMPDIR/other
    says "cannot update the package lists of house: apt: The repository 'file:$ARCHIVE house Release' is no longer signed."
}

@test "an archive that is not signed, is changed or is old is refused with a word" {
    "$ROOT/tests/support/archive.py" "$ARCHIVE" house "$DEBS"/*
    says "cannot update the package lists of house: apt: The repository 'file:$ARCHIVE house Release' is not signed."

    archive house --valid-until -172801 "$DEBS"/*
    local more=()
    from_house -125 "${STAGE[@]}"
    [[ $output =~ ^"busypy: stage: cannot update the package lists of house: apt: Release file for file:$ARCHIVE/dists/house/InRelease is expired (invalid since 2d "[0-9hmins\ ]*"). Updates for this repository will not be applied. (Hint: --allow-expired takes old lists, as archives of the past have)"$ ]]
    more=(--allow-expired)
    from_house -0 "${STAGE[@]}"
    rm -r "$NEW" "$CACHE"

    archive house "$DEBS"/*
    echo "Package: evil" >>"$ARCHIVE/dists/house/main/binary-amd64/Packages"
    more=()
    from_house -125 "${STAGE[@]}"
    [[ $output =~ ^"busypy: stage: cannot update the package lists of house: apt: Failed to fetch file:$ARCHIVE/dists/house/main/binary-amd64/Packages  "(Hash\ Sum\ mismatch|File\ has\ unexpected\ size) ]]

    archive house "$DEBS"/*
    sed -i 's/^Suite: house/Suite: horse/' "$ARCHIVE/dists/house/InRelease"
    from_house -125 "${STAGE[@]}"
    same "$output" "busypy: stage: cannot update the package lists of house: apt: The repository 'file:$ARCHIVE house InRelease' is not signed."
    [ ! -e "$NEW" ]
}

@test "what a suite does not have is a sentence that tells what it has" {
    printf 'Package: python3.%d-minimal\nVersion: 1\nArchitecture: amd64\nSection: python\nFilename: none\nSize: 1\nSHA256: %064d\n\n' \
        13 0 15 0 9 0 >"$BATS_TEST_TMPDIR/more"
    archive house --stanzas "$BATS_TEST_TMPDIR/more" "$DEBS"/*
    says "debian:house has no Python 3.12 for x86_64 (Hint: it has 3.9, 3.11, 3.13, 3.15)" --python 3.12
    says "debian:house has no package libpython3.15-minimal for x86_64, which a runtime needs" --python 3.15
    says "debian:house has no package libpython3.15-minimal for x86_64, which a runtime needs" # the newest
    says "debian:house has no packages for s390x" --arch s390x
    rm -r "$ARCHIVE" "$CACHE"
    archive house "$DEBS"/zlib1g_*
    says "debian:house has no Python 3 for x86_64"
    rm -r "$ARCHIVE" "$CACHE"
    mkdir "$BATS_TEST_TMPDIR/some" && cp -P "$DEBS"/* "$BATS_TEST_TMPDIR/some" && rm "$BATS_TEST_TMPDIR"/some/tzdata_*
    archive house "$BATS_TEST_TMPDIR"/some/*
    says "debian:house has no package tzdata for x86_64, which a runtime needs"
}

@test "the suite's own python3 is taken, and backports are taken with what they build on" {
    local dir=$BATS_TEST_TMPDIR/zlib more=()
    printf 'Package: python3.15-minimal\nVersion: 1\nArchitecture: amd64\nSection: python\nFilename: none\nSize: 1\nSHA256: %064d\n
Package: python3-minimal\nVersion: 3.11\nArchitecture: amd64\nPre-Depends: python3.11-minimal (>= 3.11)\nFilename: none\nSize: 1\nSHA256: %064d\n' \
        0 0 >"$BATS_TEST_TMPDIR/more"
    dpkg-deb -R "$DEBS"/zlib1g_* "$dir"
    sed -i 's/^Version: .*/Version: 1:1.2.13.dfsg-2~bpo1/' "$dir/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$dir" "$BATS_TEST_TMPDIR/zlib1g_1%3a1.2.13.dfsg-2~bpo1_amd64.deb" >/dev/null
    archive house --stanzas "$BATS_TEST_TMPDIR/more" "$DEBS"/*
    archive house-backports "$BATS_TEST_TMPDIR"/zlib1g_*
    from_house -0 "${STAGE[@]}"
    same "$(awk '$2 == "zlib1g" { print $1, $3 }' "$NEW/etc/busypy/x86_64/packages")" "house 1:1.2.13.dfsg-1"
    run -0 "${STAGE[@]}" --from debian:house-backports --mirror "file:$ARCHIVE" --keyring "$KEYS" --cache "$CACHE" "$NEW"
    same "$(awk '$2 == "zlib1g" { print $1, $3 }' "$NEW/etc/busypy/x86_64/packages")" "house-backports 1:1.2.13.dfsg-2~bpo1"
    same "$(grep -c ^house-backports "$NEW/etc/busypy/x86_64/packages")" "$(grep -c ^bookworm "$TREE/etc/busypy/x86_64/packages")"
}

@test "add takes packages of the suite that the runtime is from, and of no other Python's" {
    local more=()
    package python3-house 1.0 "python3 (>= 3.11), python3 (<< 3.12)"
    archive house "$DEBS"/* "$BATS_TEST_TMPDIR"/python3-house*.deb
    from_house -0 "${STAGE[@]}"
    run "$BUSYPY" add --from debian --mirror "file:$ARCHIVE" --keyring "$KEYS" --cache "$CACHE" "$NEW" python3-house
    same "$output" ""
    run -0 in_view "$NEW" /usr/bin/python3 -c 'import house; print(house.version)'
    same "$output" 1.0
    same "$(cut -d' ' -f1-4 "$NEW/etc/busypy/x86_64/added" | grep house)" "house python3-house 1.0 all"

    printf 'Package: python3.12-minimal\nVersion: 1\nArchitecture: amd64\nSection: python\nFilename: none\nSize: 1\nSHA256: %064d\n' 0 >"$BATS_TEST_TMPDIR/more"
    archive other --stanzas "$BATS_TEST_TMPDIR/more" "$BATS_TEST_TMPDIR"/python3-house*.deb
    run -125 "$BUSYPY" add --from debian:other --mirror "file:$ARCHIVE" --keyring "$KEYS" --cache "$CACHE" "$NEW" python3-house
    same "$output" "busypy: add: debian:other has no Python 3.11 for x86_64 (Hint: it has 3.12)"
}

@test "options that do not fit are refused" {
    says "debian:../house: this is no name of a suite (Hint: such are bookworm, trixie, trixie-backports, sid)" --from debian:../house
    says "--keyring $BATS_TEST_TMPDIR/gone: No such file or directory" --keyring "$BATS_TEST_TMPDIR/gone"
    cp "$KEYS" "$BATS_TEST_TMPDIR/a key"
    says "$BATS_TEST_TMPDIR/a key: apt cannot read keys from a file of that name" --keyring "$BATS_TEST_TMPDIR/a key"
    run -125 "${STAGE[@]}" --from debian --python 3.12 --arch s390x "$NEW"
    same "$output" "busypy: stage: no released suite of Debian has Python 3.12 for s390x (Hint: released are bookworm, trixie; debian:SUITE names another)"
    [ ! -e "$NEW" ]
}
