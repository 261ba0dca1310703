# Completion of bylaw for bash; made by `bylaw completion bash`.

# Whether one of the words in $1 was typed already.
_bylaw_typed() {
  local i word
  for ((i = 2; i < COMP_CWORD; i++)); do
    for word in $1; do [[ ${COMP_WORDS[i]} == "$word" ]] && return 0; done
  done
  return 1
}

# What begins with $1: words of $2, options of $3 where it is one, files where
# $4 is set.
_bylaw_offer() {
  local list=$2 found
  [[ $1 == -* ]] && list=$3
  COMPREPLY=()
  while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen -W "$list" -- "$1")
  [[ -z $4 || $1 == -* ]] && return
  compopt -o filenames 2>/dev/null
  while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen -f -- "$1")
}

_bylaw() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local verb= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == -* ]] && continue
    verb=${COMP_WORDS[i]}
    break
  done
  case $verb in
  '') _bylaw_offer "$word" 'validate plan apply drift effective history export create list show delete schema whoami emulator completion version help' '-h --help --version' ;;
  validate)
    case $before in
    --kind) _bylaw_offer "$word" 'activityBasedTimeoutPolicy claimsMappingPolicy homeRealmDiscoveryPolicy tokenIssuancePolicy tokenLifetimePolicy b2bManagementPolicy onPremAuthenticationPolicy policy' '' ''; return ;;
    --var) _bylaw_offer "$word" '' '' ''; return ;;
    --var-file) _bylaw_offer "$word" '' '' 1; return ;;
    -o | --output) _bylaw_offer "$word" 'text json sarif junit github azuredevops' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '--kind --var --var-file -o --output --json --color --no-color -q --quiet -h --help' 1 ;;
  plan)
    case $before in
    --out) _bylaw_offer "$word" '' '' 1; return ;;
    --var) _bylaw_offer "$word" '' '' ''; return ;;
    --var-file) _bylaw_offer "$word" '' '' 1; return ;;
    --concurrency | --parallelism) _bylaw_offer "$word" '' '' ''; return ;;
    -o | --output) _bylaw_offer "$word" 'text json html sarif junit github azuredevops' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '--out --detailed-exitcode --var --var-file --concurrency --parallelism -o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' 1 ;;
  apply)
    case $before in
    --journal) _bylaw_offer "$word" '' '' 1; return ;;
    --lock-timeout) _bylaw_offer "$word" '' '' ''; return ;;
    --consistency) _bylaw_offer "$word" '' '' ''; return ;;
    --var) _bylaw_offer "$word" '' '' ''; return ;;
    --var-file) _bylaw_offer "$word" '' '' 1; return ;;
    --concurrency | --parallelism) _bylaw_offer "$word" '' '' ''; return ;;
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '-y --auto-approve --yes --journal --lock-timeout --consistency --var --var-file --concurrency --parallelism -o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' 1 ;;
  drift)
    case $before in
    --var) _bylaw_offer "$word" '' '' ''; return ;;
    --var-file) _bylaw_offer "$word" '' '' 1; return ;;
    --concurrency | --parallelism) _bylaw_offer "$word" '' '' ''; return ;;
    -o | --output) _bylaw_offer "$word" 'text json html sarif junit github azuredevops' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '--var --var-file --concurrency --parallelism -o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' 1 ;;
  effective)
    case $before in
    --app) _bylaw_offer "$word" '' '' ''; return ;;
    --plan) _bylaw_offer "$word" '' '' 1; return ;;
    --var) _bylaw_offer "$word" '' '' ''; return ;;
    --var-file) _bylaw_offer "$word" '' '' 1; return ;;
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '--app --plan --var --var-file -o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' 1 ;;
  history)
    case $before in
    -n | --most) _bylaw_offer "$word" '' '' ''; return ;;
    --journal) _bylaw_offer "$word" '' '' 1; return ;;
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '-n --most --journal -o --output --json --color --no-color -q --quiet -h --help' '' ;;
  export)
    case $before in
    --out) _bylaw_offer "$word" '' '' 1; return ;;
    -o | --output) _bylaw_offer "$word" 'lua json html' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words='activityBasedTimeoutPolicy claimsMappingPolicy homeRealmDiscoveryPolicy tokenIssuancePolicy tokenLifetimePolicy b2bManagementPolicy onPremAuthenticationPolicy policy'
    _bylaw_offer "$word" "$words" '--out --force --no-assignments -o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' '' ;;
  create)
    case $before in
    --kind) _bylaw_offer "$word" 'activityBasedTimeoutPolicy claimsMappingPolicy homeRealmDiscoveryPolicy tokenIssuancePolicy tokenLifetimePolicy b2bManagementPolicy onPremAuthenticationPolicy policy' '' ''; return ;;
    --var) _bylaw_offer "$word" '' '' ''; return ;;
    --var-file) _bylaw_offer "$word" '' '' 1; return ;;
    --consistency) _bylaw_offer "$word" '' '' ''; return ;;
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '--kind --var --var-file --no-validate --consistency -o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' 1 ;;
  list)
    case $before in
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words='activityBasedTimeoutPolicy claimsMappingPolicy homeRealmDiscoveryPolicy tokenIssuancePolicy tokenLifetimePolicy b2bManagementPolicy onPremAuthenticationPolicy policy'
    _bylaw_typed "$words" && words=
    _bylaw_offer "$word" "$words" '-o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' '' ;;
  show)
    case $before in
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words='activityBasedTimeoutPolicy claimsMappingPolicy homeRealmDiscoveryPolicy tokenIssuancePolicy tokenLifetimePolicy b2bManagementPolicy onPremAuthenticationPolicy policy'
    _bylaw_typed "$words" && words=
    _bylaw_offer "$word" "$words" '-o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' '' ;;
  delete)
    case $before in
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --api-version) _bylaw_offer "$word" 'v1.0 beta' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words='activityBasedTimeoutPolicy claimsMappingPolicy homeRealmDiscoveryPolicy tokenIssuancePolicy tokenLifetimePolicy b2bManagementPolicy onPremAuthenticationPolicy policy'
    _bylaw_typed "$words" && words=
    _bylaw_offer "$word" "$words" '-y --yes -o --output --json --color --no-color -q --quiet --local --endpoint --cloud --api-version --token-file --auth --ca-file -v --verbose -h --help' '' ;;
  schema)
    case $before in
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    esac
    local words='activityBasedTimeoutPolicy claimsMappingPolicy homeRealmDiscoveryPolicy tokenIssuancePolicy tokenLifetimePolicy b2bManagementPolicy onPremAuthenticationPolicy policy'
    _bylaw_typed "$words" && words=
    _bylaw_offer "$word" "$words" '--json-schema -o --output --json --color --no-color -h --help' '' ;;
  whoami)
    case $before in
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    --endpoint) _bylaw_offer "$word" '' '' ''; return ;;
    --cloud) _bylaw_offer "$word" 'global usgov dod china france germany singapore' '' ''; return ;;
    --token-file) _bylaw_offer "$word" '' '' 1; return ;;
    --auth) _bylaw_offer "$word" 'default environment workload-identity managed-identity azure-cli azure-powershell azd device-code' '' ''; return ;;
    --ca-file) _bylaw_offer "$word" '' '' 1; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '-o --output --json --color --no-color -q --quiet --local --endpoint --cloud --token-file --auth --ca-file -v --verbose -h --help' '' ;;
  emulator)
    case $before in
    --host) _bylaw_offer "$word" '' '' ''; return ;;
    --port) _bylaw_offer "$word" '' '' ''; return ;;
    --store) _bylaw_offer "$word" '' '' 1; return ;;
    --token) _bylaw_offer "$word" '' '' ''; return ;;
    --admin-token) _bylaw_offer "$word" '' '' ''; return ;;
    --seed) _bylaw_offer "$word" '' '' 1; return ;;
    --tls-cert) _bylaw_offer "$word" '' '' 1; return ;;
    --tls-key) _bylaw_offer "$word" '' '' 1; return ;;
    --identity) _bylaw_offer "$word" '' '' 1; return ;;
    --faults) _bylaw_offer "$word" '' '' ''; return ;;
    --random-seed) _bylaw_offer "$word" '' '' ''; return ;;
    --lag) _bylaw_offer "$word" '' '' ''; return ;;
    --page-size) _bylaw_offer "$word" '' '' ''; return ;;
    --decide) _bylaw_offer "$word" '' '' ''; return ;;
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    --color) _bylaw_offer "$word" 'auto always never' '' ''; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '--host --port --store --token --admin-token --seed --tls --tls-cert --tls-key --identity --enforce-permissions --faults --random-seed --lag --page-size --decide --questions --no-check --allow-remote -o --output --json --color --no-color -q --quiet -h --help' '' ;;
  completion)
    case $before in
    esac
    local words='bash zsh fish'
    _bylaw_typed "$words" && words=
    _bylaw_offer "$word" "$words" '-h --help' '' ;;
  version)
    case $before in
    -o | --output) _bylaw_offer "$word" 'text json' '' ''; return ;;
    esac
    local words=''
    _bylaw_offer "$word" "$words" '-o --output --json -h --help' '' ;;
  help)
    case $before in
    esac
    local words='validate plan apply drift effective history export create list show delete schema whoami emulator completion version help'
    _bylaw_typed "$words" && words=
    _bylaw_offer "$word" "$words" '-h --help' '' ;;
  esac
}

complete -F _bylaw bylaw
