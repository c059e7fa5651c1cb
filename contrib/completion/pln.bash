# SPDX-License-Identifier: MPL-2.0
# Completion of pln: verbs, their second words, options, files, and names of networks from the daemon.

# The first words of the command line that make a verb of pln, in $verb; its second word in $second.
_pln_verb() {
    local index word
    verb='' second=''
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        case $word in
        --dir) ((index++)) ;;
        -*) ;;
        *)
            if [[ -z $verb ]]; then
                verb=$word
            elif [[ $verb == network || $verb == peer || $verb == key ]]; then
                second=$word
                return
            else
                return
            fi
            ;;
        esac
    done
}

# Names of the networks of the daemon that the command line means, one per line.
_pln_networks() {
    local index dir=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        [[ ${COMP_WORDS[index]} == --dir ]] && dir=(--dir "${COMP_WORDS[index + 1]/#\~/$HOME}")
    done
    "${COMP_WORDS[0]}" "${dir[@]}" network list --json 2>/dev/null |
        sed -n 's/.*"name":"\([^"\\]*\)".*/\1/p'
}

# Answers of $1, one per line, that begin with the current word.
_pln_answers() {
    local line
    while IFS= read -r line; do
        [[ -n $line && $line == "${current//\\/}"* ]] && COMPREPLY+=("$line")
    done <<<"$1"
}

_pln() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local verb second words='--json --help --dir'
    local verbs='id status network invite join members revoke add import list show export watch backup restore key peer web help'
    local kinds='profile task lesson'
    COMPREPLY=()
    _pln_verb
    case $previous in
    --dir) mapfile -t COMPREPLY < <(compgen -d -- "$current") && return ;;
    -f | --file | --passphrase-file) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    --role)
        local roles='reader contributor coordinator'
        [[ $verb == web ]] && roles='read draft publish manage'
        mapfile -t COMPREPLY < <(compgen -W "$roles" -- "$current")
        return
        ;;
    --kind) mapfile -t COMPREPLY < <(compgen -W "$kinds" -- "$current") && return ;;
    -n | --network) _pln_answers "$(_pln_networks)" && return ;;
    --title | --label | --for | --expires | --address | --cancel | --reason | --author | --since | --limit | --wait | --max-entries | --max-bytes | --access-version) return ;;
    esac
    case $verb${second:+ $second} in
    '') words+=" --version $verbs" ;;
    network) words='create list show set transfer leave heal --help' ;;
    'network create') words+=' --title' ;;
    'network show' | 'network heal') _pln_answers "$(_pln_networks)" ;;
    'network set') words+=' --title --max-entries --max-bytes --access-version' && _pln_answers "$(_pln_networks)" ;;
    'network transfer') words+=' --yes' && _pln_answers "$(_pln_networks)" ;;
    'network leave') words+=' --forget' && _pln_answers "$(_pln_networks)" ;;
    key) words='export import --help' ;;
    backup | restore | 'key export' | 'key import')
        words+=' --passphrase-file'
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        ;;
    peer) words='add list remove --help' ;;
    invite) words+=' --role --label --for --expires --address --list --cancel' && _pln_answers "$(_pln_networks)" ;;
    web) words+=' --role --for --expires --list --cancel' ;;
    join) words+=' --wait' ;;
    members) _pln_answers "$(_pln_networks)" ;;
    revoke) words+=' --reason' && _pln_answers "$(_pln_networks)" ;;
    add) words+=" $kinds --network --file --confirm-no-student-data" ;;
    import)
        words+=' --network --kind --skip-existing --confirm-no-student-data'
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        ;;
    list | watch) words+=' --network --kind --author --since --limit' ;;
    export) words+=' --network' ;;
    help) words+=" $verbs $kinds" ;;
    esac
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o filenames -F _pln pln
