# SPDX-License-Identifier: MPL-2.0
# Completion of pln: verbs, their second words, options, files.
_pln() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word verb=''
    local verbs='id network invite join members revoke add import list show export watch peer status help'
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ " $verbs " == *" $word "* ]]; then
            verb=$word
            break
        fi
    done
    case $previous in
    --dir) mapfile -t COMPREPLY < <(compgen -d -- "$current") && return ;;
    -f | -o) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    --role) mapfile -t COMPREPLY < <(compgen -W 'reader contributor coordinator' -- "$current") && return ;;
    --kind) mapfile -t COMPREPLY < <(compgen -W 'profile task lesson' -- "$current") && return ;;
    esac
    local words='--json --help --dir'
    case $verb in
    '') words+=" $verbs" ;;
    network) words+=' create list show leave --title --forget' ;;
    peer) words+=' add list remove' ;;
    invite) words+=' --role --label --for --expires --address --list --cancel' ;;
    add) words+=' profile task lesson --network -f' ;;
    help) words+=' profile task lesson' ;;
    import)
        words+=' --network --kind --skip-existing'
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        ;;
    list | watch) words+=' --network --kind --author --since --limit' ;;
    export) words+=' --network' ;;
    revoke) words+=' --reason' ;;
    esac
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _pln pln
