# Completion of busypy(1) for bash. Commands and options are asked from `busypy --help`, so that
# they are those of the program that is installed. Needs nothing of the bash-completion package.
# shellcheck shell=bash

_busypy_archs="x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel"

# Prints "SHORT LONG ARGUMENT" for each option of a command, with "-" for what it does not have.
_busypy_options() {
    local line
    local form='^ +((-[A-Za-z]), |)(--[a-z-]+)( ([^ ]+)|)(  .*|)$'
    while IFS= read -r line; do
        [[ $line =~ $form ]] || continue
        printf '%s %s %s\n' "${BASH_REMATCH[2]:--}" "${BASH_REMATCH[3]}" "${BASH_REMATCH[5]:--}"
    done < <("$1" "$2" --help 2>/dev/null)
}

_busypy_commands() {
    local line
    while IFS= read -r line; do
        [[ $line =~ ^\ \ ([a-z]+)\ +[a-z] ]] && printf '%s\n' "${BASH_REMATCH[1]}"
    done < <("$1" --help 2>/dev/null)
}

# $1: words to choose from, $2: what was typed.
_busypy_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2"); }

# The same where the argument is a list with commas.
_busypy_list() {
    local before=
    [[ $2 == *,* ]] && before=${2%,*},
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${2##*,}")
    compopt -o nospace 2>/dev/null || :
}

_busypy_paths() {
    mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
    compopt -o filenames 2>/dev/null || :
}

# Columns of the command's only table, or of the section that is named already, or of all.
_busypy_columns() {
    local word columns=
    case ${COMP_WORDS[1]} in
    versions) columns="ID DATE CURRENT FILES BYTES SHARED ENABLED VIEWS CLIENTS ARCHS" ;;
    list) columns="NAME VERSION KIND ARCHS FROM LICENCE WANTED FILES" ;;
    clients) columns="HOST ARCH VERSION AGE UPTIME LIVE CURRENT BOOT" ;;
    esac
    for word in "${COMP_WORDS[@]}"; do
        case $word in
        trees) columns+=" TREE VERSION ARCH GENERATION MOUNTS TEMPLATE" ;;
        starts) columns+=" TREE START STATE" ;;
        entries) columns+=" ORDER ENTRY ENABLED FLAGS INTERPRETER NOTE" ;;
        service) columns+=" PID FOLLOWS VERSION WATCH STATE" ;;
        tiers) columns+=" CALLER TIER WHY" ;;
        kernel) columns+=" FEATURE STATE MEANING" ;;
        explain) columns+=" FILE STEP STATE NOTE" ;;
        esac
    done
    _busypy_list "${columns:-TREE VERSION ARCH GENERATION MOUNTS TEMPLATE ORDER ENTRY ENABLED
        FLAGS INTERPRETER NOTE CALLER TIER WHY FEATURE STATE MEANING}" "$1"
}

# $1: the option's argument as its --help calls it, $2: what was typed.
_busypy_argument() {
    case $1 in
    ARCH) _busypy_words "$_busypy_archs" "$2" ;;
    'A[,B...]|all') _busypy_list "$_busypy_archs all" "$2" ;;
    KIND)
        case ${COMP_WORDS[1]} in
        plan) _busypy_words "host boot sandbox" "$2" ;;
        *) _busypy_words "host client" "$2" ;;
        esac
        ;;
    3.X*) _busypy_list "3.11 3.13" "$2" ;;
    NET) _busypy_words "host none" "$2" ;;
    MODE) _busypy_words "ro rw none" "$2" ;;
    SRC*) _busypy_paths -f "$2" ;;
    'debian[:SUITE]') _busypy_words "debian debian:bookworm debian:trixie debian:trixie-backports debian:sid" "$2" ;;
    'debian[:SUITE]|index') _busypy_words "debian debian:bookworm debian:trixie debian:trixie-backports debian:sid index" "$2" ;;
    COLUMNS) _busypy_columns "$2" ;;
    FORMAT) _busypy_words "cpio tar erofs" "$2" ;;
    REPORT) _busypy_words "table tap junit json" "$2" ;;
    SERVER) _busypy_words "knfsd ganesha" "$2" ;;
    HOW)
        case ${COMP_WORDS[1]} in
        stage | run | test) _busypy_words "plain auto image" "$2" ;;
        *) _busypy_words "gzip zstd lz4hc none" "$2" ;;
        esac
        ;;
    host)
        _busypy_paths -d "$2"
        local paths=("${COMPREPLY[@]}")
        _busypy_words "host debian debian:bookworm debian:trixie debian:trixie-backports debian:sid" "$2"
        COMPREPLY+=("${paths[@]}")
        ;;
    FILE | ROOT) _busypy_paths -f "$2" ;;
    DIR | TREE | 'DIR|URL') _busypy_paths -d "$2" ;;
    *) COMPREPLY=() ;;
    esac
}

_busypy() {
    local program=$1 command=${COMP_WORDS[1]-}
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local short long argument words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        _busypy_words "$(_busypy_commands "$program") --help --version" "$current"
        return
    fi
    # bash takes --option=value apart
    if [ "$current" = = ]; then
        current=
    elif [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    while read -r short long argument; do
        if [ "$argument" != - ] && { [ "$before" = "$long" ] || [ "$before" = "$short" ]; }; then
            _busypy_argument "$argument" "$current"
            return
        fi
        words+=" $long"
        [ "$short" = - ] || words+=" $short"
    done < <(_busypy_options "$program" "$command")
    case $command,$current in
    *,-*) _busypy_words "$words" "$current" ;;
    status,*) _busypy_words "trees starts service entries tiers kernel" "$current" ;;
    disable,*) ;;
    add,* | download,* | boot,* | explain,* | publish,* | run,* | test,*) _busypy_paths -f "$current" ;;
    remove,*)
        if [ "$COMP_CWORD" -gt 2 ] && [ -d "$before" ]; then
            _busypy_words "$("$program" list -n -o NAME "$before" 2>/dev/null)" "$current"
        else
            _busypy_paths -d "$current"
        fi
        ;;
    *) _busypy_paths -d "$current" ;;
    esac
}

complete -F _busypy busypy
