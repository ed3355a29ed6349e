# Packages that lead out of the folder that they are extracted into, or are none: offline, from a
# cache that has them already.
# shellcheck shell=bash disable=SC2016
load fixtures

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p cache/debs out
    echo mine >out/file
    cat >deb.py <<'PYTHON'
"""deb.py NAME=TARGET|NAME->TARGET|NAME ...: a package with hard links, symbolic links and files."""
import io
import sys
import tarfile


def tar(members):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        for member in members:
            name, arrow, target = member.partition("->")
            info = tarfile.TarInfo(name)
            if arrow:
                info.type, info.linkname = tarfile.SYMTYPE, target
            elif "=" in name:
                info.name, _, info.linkname = name.partition("=")
                info.type = tarfile.LNKTYPE
            archive.addfile(info)
    return data.getvalue()


def entry(name, data):
    head = "%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name, 0, 0, 0, "100644", len(data))
    return head.encode() + data + b"\n" * (len(data) % 2)


sys.stdout.buffer.write(b"!<arch>\n" + entry("debian-binary", b"2.0\n") +
                        entry("control.tar.xz", tar([])) + entry("data.tar.xz", tar(sys.argv[1:])))
PYTHON
}

# Stages the package that is on standard input.
stage_package() {
    local deb=cache/debs/p_1_amd64.deb
    cat >$deb
    echo "bookworm p 1 amd64 $(stat -c %s $deb) $(sha256sum <$deb | cut -d' ' -f1)" >lock
    run -125 "${STAGE[@]}" --locked lock --cache cache --arch x86_64 tree
    [ ! -e tree ]
    same "$(ls out; cat out/file)" "$(printf 'file\nmine')"
}

# A package with these members fails with this sentence.
refuses() {
    local sentence=$1; shift
    stage_package < <(python3 deb.py "$@")
    same "${output//"$(realpath .)"/}" "busypy: stage: x86_64: $sentence"
}

@test "a path, or a link's target, that leads out" {
    local deb=/cache/debs/p_1_amd64.deb
    refuses "$deb: unsound path /etc/x" /etc/x
    refuses "$deb: unsound path a/../../x" ./a/../../x
    refuses "$deb: unsound link to ../../../etc/passwd" ./a=../../../etc/passwd
    refuses "$deb: unsound link to /etc/passwd" ./a=/etc/passwd
    refuses "$deb: unsound link to ." ./a=.
    refuses "$deb: $(printf '%.0sa' {1..64})...: File name too long" \
        "$(printf '%.0sa' {1..200})$(printf '/%.0sb' {1..2000})"
}

@test "a link, and then something below it" {
    local top=/tree/.busypy-stage/build/source/x86_64
    refuses "$top/d: Not a directory" "./d->$PWD/out" ./d/new
    refuses "$top/d: Not a directory" "./d->$PWD/out" ./e=./d/file
    refuses "cannot create $top/d: File exists" "./d->$PWD/out/new" ./d
    refuses "$top/d: Not a directory" "./d->$PWD/out" ./d=./d/file
}

@test "what is no package" {
    local cannot
    cannot="busypy: stage: x86_64: cannot read the package $(realpath .)/cache/debs/p_1_amd64.deb"
    stage_package < <(echo garbage)
    same "$output" "$cannot: Unrecognized archive format"
    stage_package </dev/null
    same "$output" "$cannot: Unrecognized archive format"
    stage_package < <(python3 deb.py | head -c 72)
    same "$output" "$cannot: not a Debian package"
}
