#!/usr/bin/env bats
# What lint refuses: a call by path in what works by descriptor, planted in a copy of the sources.
load ../../support/helpers

setup() {
    COPY=$BATS_TEST_TMPDIR/copy
    mkdir -p "$COPY"
    (cd "$ROOT" && cp -r --parents lib/add lib/stage lib/export lib/image lib/base lib/sys \
        lib/source tests/paths-allowed "$COPY")
}

# The line $2 stands alone in the function of a new file $1; line 3.
plant() { printf 'int planted(int dir)\n{\n\t%s\n}\n' "$2" >"$COPY/$1"; }

refused() { # FILE LINE CALL
    plant "$1" "$2"
    run -1 "$ROOT/tests/check-paths" "$COPY"
    same "$output" "check-paths: $1:3: $3 names a file by its path (Hint: base/folder, base/walk or sys/below take a descriptor)"
    rm "$COPY/$1"
}

passes() { # FILE LINE
    plant "$1" "$2"
    "$ROOT/tests/check-paths" "$COPY"
    rm "$COPY/$1"
}

@test "the sources as they are" {
    "$ROOT/tests/check-paths" "$ROOT"
    "$ROOT/tests/check-paths" "$COPY"
}

@test "a call of the C library, in every room that works by descriptor" {
    for room in add stage export image; do
        refused "lib/$room/planted.c" 'return open(path, O_RDONLY);' open
    done
    for call in fopen stat lstat access opendir scandir unlink remove rename chmod chown mkdir rmdir \
        symlink link truncate utimes realpath mkstemp mkdtemp fts_open nftw readlink getxattr; do
        refused lib/export/planted.c "return $call(path);" $call
        refused lib/export/planted.c "if (a && ($call (path)) < 0)" $call
    done
}

@test "a call at no directory, and a helper that takes a path" {
    refused lib/stage/planted.c 'return openat(AT_FDCWD, path, O_RDONLY);' AT_FDCWD
    refused lib/add/planted.c 'return renameat2(dir, "a",  AT_FDCWD, "b", 0);' AT_FDCWD
    for call in files_read files_write files_mkdirs files_exist walk_all walk_remove; do
        refused lib/image/planted.c "return $call(path, err);" $call
    done
}

@test "calls at a descriptor, words in comments and in strings, and members are none" {
    passes lib/export/planted.c 'return openat(dir, "name", O_RDONLY) + unlinkat(dir, "x", 0);'
    passes lib/export/planted.c 'return walk_at(dir, ".", path, walk, err);'
    passes lib/export/planted.c '/* open(path) is for others */ return 0; // stat(path)'
    passes lib/export/planted.c 'return err_set(err, errno, "cannot open(\"%%s\")", path);'
    passes lib/export/planted.c 'return file->open(path) + file.remove(path);'
}

@test "an exception names its reason, and goes with what it is for" {
    plant lib/add/planted.c 'return open(path, O_RDONLY);'
    echo 'lib/add/planted.c open:' >>"$COPY/tests/paths-allowed"
    run -1 "$ROOT/tests/check-paths" "$COPY"
    [[ $output == *"wanted 'FILE CALL[,CALL...]: the reason'"* ]]
    sed -i '$s/$/ the caller'"'"'s own file/' "$COPY/tests/paths-allowed"
    "$ROOT/tests/check-paths" "$COPY"
    rm "$COPY/lib/add/planted.c"
    run -1 "$ROOT/tests/check-paths" "$COPY"
    same "$output" "check-paths: tests/paths-allowed:$(wc -l <"$COPY/tests/paths-allowed"): lib/add/planted.c has no open"
}
