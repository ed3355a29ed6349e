# Trees with something in them to remove.
# shellcheck shell=bash disable=SC2154
load ../add/fixtures

# shellcheck disable=SC2034 # used by those that load this
REMOVE=("$BUSYPY" remove)

# refuses SENTENCE ARGUMENT...: nothing has changed.
refuses() {
    local before; before=$(describe "$TREE")
    run -125 "${REMOVE[@]}" "${@:2}"
    same "${output:?}" "busypy: remove: $1"
    same "$(describe "$TREE")" "$before"
    [ ! -e "$TREE/.busypy-stage" ]
}

# The names in a tree, in one line.
names() { "$BUSYPY" list -n -o NAME "$TREE" | sed 's/ *$//' | paste -sd ' '; }
