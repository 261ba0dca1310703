---@meta
-- luacheck: ignore 111 112 113 131 212 (what stands here is read, and never run)

--- The words of declarations, for editors: name this folder in `workspace.library`. They are there
--- in files that `bylaw.load` and the command read, and nowhere else. With them come base, string,
--- table, math, utf8 and coroutine of Lua 5.4, without what loads code, finalizes, or gives another
--- result each time; `pairs` goes through keys in their order.

---@class bylaw.declaration.Target

---@class bylaw.declaration.Policy
---@field displayName string      the name people see; it says which live policy is meant
---@field definition? table|string|string[]  inside the wrapper, the whole form, or a text
---@field isOrganizationDefault? boolean
---@field description? string
---@field id? string               the live policy's own, where names do not tell
---@field was? string              the name that it had: it is renamed in place
---@field absent? true             it must not exist
---@field assignTo? bylaw.declaration.Target|bylaw.declaration.Target[]  {}: none; nil: not managed
---@field accept? string[]         codes of problems that are to be warnings

---@class bylaw.declaration.TokenLifetime: bylaw.declaration.Policy
---@field definition? bylaw.TokenLifetimeDefinitionGiven

--- tokenLifetimePolicy "label" { … }, or without a label.
---@overload fun(properties: bylaw.declaration.TokenLifetime): table
---@param label string
---@return fun(properties: bylaw.declaration.TokenLifetime): table
function tokenLifetimePolicy(label) end

---@class bylaw.declaration.TokenIssuance: bylaw.declaration.Policy
---@field definition? bylaw.TokenIssuanceDefinitionGiven

--- tokenIssuancePolicy "label" { … }, or without a label.
---@overload fun(properties: bylaw.declaration.TokenIssuance): table
---@param label string
---@return fun(properties: bylaw.declaration.TokenIssuance): table
function tokenIssuancePolicy(label) end

---@class bylaw.declaration.ClaimsMapping: bylaw.declaration.Policy
---@field definition? bylaw.ClaimsMappingDefinitionGiven

--- claimsMappingPolicy "label" { … }, or without a label.
---@overload fun(properties: bylaw.declaration.ClaimsMapping): table
---@param label string
---@return fun(properties: bylaw.declaration.ClaimsMapping): table
function claimsMappingPolicy(label) end

---@class bylaw.declaration.HomeRealmDiscovery: bylaw.declaration.Policy
---@field definition? bylaw.HomeRealmDiscoveryDefinitionGiven

--- homeRealmDiscoveryPolicy "label" { … }, or without a label.
---@overload fun(properties: bylaw.declaration.HomeRealmDiscovery): table
---@param label string
---@return fun(properties: bylaw.declaration.HomeRealmDiscovery): table
function homeRealmDiscoveryPolicy(label) end

---@class bylaw.declaration.ActivityBasedTimeout: bylaw.declaration.Policy
---@field definition? bylaw.ActivityBasedTimeoutDefinitionGiven

--- activityBasedTimeoutPolicy "label" { … }, or without a label.
---@overload fun(properties: bylaw.declaration.ActivityBasedTimeout): table
---@param label string
---@return fun(properties: bylaw.declaration.ActivityBasedTimeout): table
function activityBasedTimeoutPolicy(label) end

---@class bylaw.declaration.B2bManagement: bylaw.declaration.Policy
---@field definition? bylaw.B2bManagementDefinitionGiven

--- b2bManagementPolicy "label" { … }, or without a label.
---@overload fun(properties: bylaw.declaration.B2bManagement): table
---@param label string
---@return fun(properties: bylaw.declaration.B2bManagement): table
function b2bManagementPolicy(label) end

---@class bylaw.declaration.OnPremAuthentication: bylaw.declaration.Policy
---@field definition? bylaw.OnPremAuthenticationDefinitionGiven

--- onPremAuthenticationPolicy "label" { … }, or without a label.
---@overload fun(properties: bylaw.declaration.OnPremAuthentication): table
---@param label string
---@return fun(properties: bylaw.declaration.OnPremAuthentication): table
function onPremAuthenticationPolicy(label) end

--- For the legacy endpoint; `type` says the kind.
---@overload fun(properties: bylaw.declaration.Policy): table
---@param label string
---@return fun(properties: bylaw.declaration.Policy): table
function policy(label) end

--- A service principal to assign to, by appId, displayName or id.
---@param which string|{ appId?: string, displayName?: string, id?: string }
---@return bylaw.declaration.Target
function servicePrincipal(which) end

--- An application to assign to, by appId, displayName or id.
---@param which string|{ appId?: string, displayName?: string, id?: string }
---@return bylaw.declaration.Target
function application(which) end

--- What is live of a kind, matches the name ("*" is any text, "?" a character) and is not declared,
--- is removed by apply: owns { "tokenLifetimePolicy", displayName = "Contoso:*" }.
---@param which string|{ [1]: string, displayName?: string }
function owns(which) end

--- Paths that drift leaves out, such as "/description".
---@param paths string|string[]
function ignore(paths) end

--- mostRemoved: the share of the live policies, from 0 to 1, that a plan may remove.
---@param given { mostRemoved?: number }
function settings(given) end

--- Runs another file, once, and gives its value. The path is relative to this file, and stays below
--- the folder of the declarations.
---@param path string
---@return any
function include(path) end

--- A value from outside: --var NAME=VALUE, --var-file, or BYLAW_VAR_NAME.
---@param name string
---@param otherwise? any  without it, a missing value is a problem
---@return any
function var(name, otherwise) end

---@class bylaw.declaration.Rule
---@field kind? string|string[]  all by default
---@field severity? "error"|"warning"
---@field check fun(policy: bylaw.Policy): (boolean|string|table)?, string?  nil or true: content;
---  words and a path; false and words; or { message =, path =, hint =, severity = }

--- A rule of your own: rule "no token above 8 hours" { kind = …, check = function(policy) … end }.
---@param name string
---@return fun(rule: bylaw.declaration.Rule)
function rule(name) end

--- Seconds of a time span such as "08:00:00"; raises for what is none.
---@param span string
---@return integer
function seconds(span) end

--- JSON's null.
---@type lightuserdata
null = nil
