---@meta bylaw.emulator
-- luacheck: ignore 212 241 (what stands here is read, and never run)

--- The local Graph: policies over HTTP, in this process, on threads of its own. It answers as
--- Microsoft Graph does, judges definitions as bylaw does, and remembers in an SQLite file.
--- Nothing is printed and no signal is touched, but by `wait`.
local emulator = {}

---@class bylaw.EmulatorOptions
---@field host? string          address to listen on; "127.0.0.1" by default
---@field port? integer         0, the default, lets the system pick one
---@field store? string         path of the SQLite file; ":memory:" by default, for none
---@field token? string         the bearer that is asked for; one is made by default
---@field check? boolean        false stores definitions unjudged; true by default
---@field tls? boolean|{ cert: string, key: string }  https: with a certificate and a key in PEM
---                            files, or with true one that is made, beside the store if it is a file
---@field identity? bylaw.EmulatorIdentity|string  the tenant and its applications, as a table or as
---                            JSON; by default one with an application whose secret is `token`
---@field enforce_permissions? boolean  true: a token may do what its permissions allow; by
---                            default every token may do everything
---@field allow_remote? boolean true lets `host` be more than loopback; false by default

---@class bylaw.EmulatorIdentity
---@field tenantId? string       a GUID
---@field domain? string         "contoso.onmicrosoft.com" by default
---@field tokenLifetime? integer seconds; 3599 by default
---@field refreshIn? integer     told with each token, in seconds; not told by default
---@field deviceInterval? integer  seconds between two polls; 5 by default
---@field deviceLifetime? integer  seconds in which a device code is good; 900 by default
---@field refuseReplays? boolean true: a client assertion is good for once; false by default
---@field arcFolder? string      where keys of Azure Arc's challenges are written
---@field apps? bylaw.EmulatorApp[]

---@class bylaw.EmulatorApp
---@field clientId string        a GUID
---@field displayName? string
---@field objectId? string       a GUID; clientId by default
---@field secrets? (string|{ value: string, expires: string })[]  expires: "2030-01-31T12:00:00Z"
---@field certificates? string[] PEM
---@field federated? { issuer: string, subject: string, audience?: string, keys?: table }[]
---                              keys: the issuer's JSON Web Key Set; not needed for the workflows
---                              that the emulator plays
---@field roles? string[]        application permissions, such as "Policy.Read.All"
---@field scopes? string[]       delegated permissions that were consented to
---@field public? boolean        users may sign in to it by device code
---@field disabled? boolean
---@field multiTenant? boolean
---@field refuse? integer        the number of the AADSTS error that answers all it asks
---@field managedIdentity? "system"|"user"  a managed identity; no application by itself then
---@field resourceId? string     of a managed identity that users assign

---@class bylaw.Emulator
---@field url string    "http://127.0.0.1:40513", without a slash at its end
---@field port integer
---@field token string  what a client has to send as its bearer
---@field ca_file? string  the certificate to trust; nil without TLS
---@field tenant_id string
---@field client_id string  of the first application; without `identity` its secret is `token`
local Emulator = {}

--- Starts an emulator. When this returns one, it listens.
--- Refusals have the code "invalid" (an option), "listen" (the address) or "store" (the file),
--- and a message that says what would be right. An option that does not exist raises.
---@param options? bylaw.EmulatorOptions
---@return bylaw.Emulator? emulator
---@return bylaw.Error? err
function emulator.start(options) end

--- Removes every policy.
---@return true? done
---@return bylaw.Error? err
function Emulator:reset() end

--- No token that was issued until now is good any more, but for `token`. Clients that said they
--- handle challenges get one with the refusal.
function Emulator:revoke() end

--- Answers what is under way, closes all connections and ends the threads. What was acknowledged
--- is stored. Also when the emulator is closed or collected; twice is fine.
function Emulator:stop() end

--- For a command in the foreground: holds SIGINT and SIGTERM back, calls `ready`, waits for one of
--- them and returns its name. The emulator goes on until it is stopped.
---@param ready? fun()
---@return "SIGINT"|"SIGTERM"
function Emulator:wait(ready) end

return emulator
