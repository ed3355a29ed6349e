# busypy export: the server's configuration, word by word. That the servers take it: tests/cli/export/run.
load ../../support/helpers

setup() {
    E=$BATS_TEST_TMPDIR/srv
    mkdir -p "$E/versions/v1/etc/python/aarch64/usr" "$E/versions/v1/etc/clib/aarch64" \
        "$E/versions/v1/etc/python/x86_64/usr" "$E/versions/v1/etc/clib/x86_64" "$E/leases"
    ln -s versions/v1 "$E/current"
    E=$(realpath "$E")
}

# The recipe and the words that both servers' output ends with; $1: the server's address.
ending() {
    cat <<END
# A published version never changes, so that clients need not ask twice. Mount options:
#   vers=3,proto=tcp,nolock,nocto,actimeo=3600,noatime,nosuid,nodev,ro
#       nothing is opened on the server: what was read once costs no request again
#   vers=4.2,proto=tcp,nocto,actimeo=3600,noatime,nosuid,nodev,ro
#       one port; but each open file costs two requests, unless the server delegates
# Kernel command line, with an initramfs of 'busypy pack --nfs-client':
#   root=/dev/nfs nfsroot=$1:$E,vers=3,proto=tcp,nolock,nocto,actimeo=3600 ip=dhcp ro busypy.lease=$1:$E/leases
#   root=/dev/nfs nfsroot=$1:$E,vers=4.2,proto=tcp,nocto,actimeo=3600 ip=dhcp ro busypy.lease=$1:$E/leases
# and behind it, only for a kernel that mounts its root itself:
#   x86_64    init=/current/sbin/x86_64-init
#   aarch64   init=/current/sbin/aarch64-init
END
}

# The id that a share has because of its path alone.
uuid() { printf %s "$1" | sha256sum | sed -E 's/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/\1-\2-\3-\4-\5/'; }

@test "knfsd: two lines, the rest comments" {
    run -0 "$BUSYPY" export "$E"
    same "$output" "# $E: version v1, for x86_64 aarch64
# For /etc/exports; then: exportfs -ra
$E *(ro,root_squash,no_subtree_check,sec=sys,fsid=$(uuid "$E"))
$E/leases *(rw,all_squash,anonuid=65534,anongid=65534,no_subtree_check,sec=sys,fsid=$(uuid "${E}leases"))
# The leases should be a small file system of their own, so that no client can fill the
# disk; over NFS 4 this server reaches them only then:
#   mount -t tmpfs -o size=4m,mode=1777 leases $E/leases
$(ending SERVER)"
}

@test "ganesha: two blocks, for one network" {
    run -0 "$BUSYPY" export --server ganesha --network 10.1.0.0/16 --address 10.1.2.3 "$E/../srv/"
    block() {
        cat <<END
EXPORT {
    Export_Id = $1;
    Path = "$2";
    Pseudo = "$2";
    Access_Type = None;
    Squash = $3;
    Anonymous_Uid = 65534;
    Anonymous_Gid = 65534;
    SecType = sys;
    Protocols = 3,4;
    Transports = TCP;
    Attr_Expiration_Time = 0;
    CLIENT { Clients = 10.1.0.0/16; Access_Type = $4; }
    FSAL { Name = VFS; }
}
END
    }
    same "$output" "# $E: version v1, for x86_64 aarch64
# For ganesha.conf; then restart it or send it SIGHUP
$(block 7001 "$E" Root_Squash RO)
$(block 7002 "$E/leases" All_Squash RW)
# The leases should be a small file system of their own, so that no client can fill the
# disk:
#   mount -t tmpfs -o size=4m,mode=1777 leases $E/leases
$(ending 10.1.2.3)"
}

@test "no leases, nothing published, leases of their own" {
    rmdir "$E/leases"; rm "$E/current"
    run -0 "$BUSYPY" export "$E"
    same "${lines[0]}" "# $E: nothing is published yet"
    same "${lines[3]}" "# There is no $E/leases, so 'busypy clients' will know of none: make it."
    [[ $output != *busypy.lease=* && $output != *init=* ]]
    mkdir "$E/leases"
    run -0 machine sh -ec "mount -t tmpfs x $E/leases; exec $BUSYPY export $E"
    [[ $output != *"mount -t tmpfs"* && $output == *busypy.lease=* ]]
}

@test "--json: the same as data" {
    "$BUSYPY" export -J -s ganesha -A 10.0.2.2 "$E" >"$BATS_TEST_TMPDIR/json"
    "$BUSYPY" export -s ganesha -A 10.0.2.2 "$E" >"$BATS_TEST_TMPDIR/text"
    /usr/bin/python3 - "$BATS_TEST_TMPDIR/json" "$BATS_TEST_TMPDIR/text" "$E" <<'PYTHON'
import json, sys
data, text, path = json.load(open(sys.argv[1])), open(sys.argv[2]).read(), sys.argv[3]
assert data["export"] == [{"path": path, "current": "v1", "server": "ganesha", "network": "*"}], data
assert [share["share"] for share in data["shares"]] == ["tree", "leases"], data
assert "".join(share["config"] for share in data["shares"]) in text, data
assert [mount["nfs"] for mount in data["mounts"]] == ["3", "4.2"], data
for mount in data["mounts"]:
    for key in ("options", "reason", "append"):
        assert f" {mount[key]}\n" in text, (mount, text)
assert data["inits"] == [{"arch": arch, "init": f"init=/current/sbin/{arch}-init"}
                         for arch in ("x86_64", "aarch64")], data
PYTHON
}

@test "what is no export, and what no server could read" {
    refused() {
        local sentence=$1; shift
        run -125 "$BUSYPY" export "$@"
        same "$output" "busypy: export: $sentence"
    }
    refused "needs one EXPORT (Hint: see 'busypy export --help')"
    refused "needs one EXPORT (Hint: see 'busypy export --help')" "$E" "$E"
    refused "cannot find the export /nonexistent: No such file or directory" /nonexistent
    refused "$E/versions/v1 is no export: it has no versions" "$E/current"
    refused "--server must be 'knfsd' or 'ganesha', not 'samba'" -s samba "$E"
    for wrong in "" 10.0.0 10.0.0.0.0 10.0.0.256 10.0.0.0/33 10.0.0.0/ " 10.0.0.0" a.b.c.d 10.0.0.0/8/8 1234.0.0.0; do
        refused "--network: '$wrong' is no network: neither '*' nor like 192.168.7.0/24" -n "$wrong" "$E"
    done
    refused "--network: '192.168.7.5/24' is no network: it has bits behind the first 24" -n 192.168.7.5/24 "$E"
    refused "--network: '1.0.0.0/0' is no network: it has bits behind the first 0" -n 1.0.0.0/0 "$E"
    refused "--address must be an IPv4 address, not '10.0.0.0/8'" -A 10.0.0.0/8 "$E"
    mv "$E" "$E it"
    refused "$E it has a character that cannot stand in a file server's configuration: ' ' (Hint: letters, digits and /._+-@:= can)" "$E it"
    ln -sfn versions "$E it/current"; mv "$E it" "$E"
    refused "$E/current is not a link to versions/ID" "$E"
}
