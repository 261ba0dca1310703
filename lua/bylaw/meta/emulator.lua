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
---@field admin_token? string  the bearer of the admin path; one is made by default
---@field check? boolean        false stores definitions unjudged; true by default
---@field faults? string        rules of trouble in words, as `Emulator:fault` takes them
---@field random_seed? integer  of the rules' probabilities; 0 by default
---@field lag? integer          milliseconds until reads see a change; 0 by default
---@field page_size? integer    most objects of a page; 0, the default, leaves it to the service
---@field decide? table<string, string>  answers to what is disputed, by question; see
---   `emulator.questions` and docs/emulator.md
---@field tls? boolean|{ cert: string, key: string }  https: with a certificate and a key in PEM
---                            files, or, with true, made ones, beside the store if it is a file
---@field identity? bylaw.EmulatorIdentity|string  the tenant and its applications, as a table or as
---                            JSON; by default one with an application whose secret is `token`
---@field enforce_permissions? boolean  true: a token may do what its permissions allow; by
---                            default every token may do everything
---@field allow_remote? boolean true lets `host` be more than loopback; false by default
---@field raise_files? boolean  true raises the process's limit of descriptors as far as it may be,
---                             so that up to 10,240 connections are served; false by default

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
---@field admin_token string  the bearer of the admin path, /__admin
---@field ca_file? string  the certificate to trust; nil without TLS
---@field tenant_id string
---@field client_id string  of the first application; without `identity` its secret is `token`
local Emulator = {}

---@class bylaw.EmulatorQuestion
---@field name string       as in the option `decide`
---@field answers string[]  the first is the default
---@field about string

--- What the option `decide` can say.
---@type bylaw.EmulatorQuestion[]
emulator.questions = {}

--- Starts an emulator. When this returns one, it listens.
--- Refusals have the code "invalid" (an option), "listen" (the address) or "store" (the file),
--- and a message that says what would be right. An option that does not exist raises.
---@param options? bylaw.EmulatorOptions
---@return bylaw.Emulator? emulator
---@return bylaw.Error? err
function emulator.start(options) end

--- Creates what a JSON text lists: an object whose members are collections ("applications",
--- "tokenLifetimePolicies", "policies" for the legacy endpoint), with arrays of request bodies.
--- All or nothing; what is refused has the code "invalid" and says which body it is.
---@param json string
---@param when_empty? boolean  true: nothing is done where something is stored already
---@return true? done
---@return bylaw.Error? err
function Emulator:seed(json, when_empty) end

--- What a request meets. Names may be written with `-` in place of `_`. Whether a rule fires
--- depends on its seed and on how many requests it has fitted before, and on nothing else.
---@class bylaw.FaultRule
---@field method? string          methods with commas between; any by default
---@field path? string            `*` is any part of one segment, `**` anything; any by default
---@field count? integer          at most so many times
---@field skip? integer           not the first so many requests that it fits
---@field probability? number     0 to 1: how many of those that it fits
---@field seed? integer           by default made of `random_seed` and the rule's number
---@field status? integer         200 to 599: the answer, with Graph's code and message for it
---@field code? string            another of Graph's documented codes; gives its status
---@field applied? true           with status: the request is carried out all the same
---@field expired_token? true     401, as for a token that has run out
---@field retry_after? string|number  a header: "2", "2.128", or "date+2" for an HTTP date
---@field delay? integer          milliseconds until the answer is sent
---@field cut? "before"|"after"   the connection is closed, before anything is carried out or
---                               after it is committed
---@field how? "close"|"reset"|"half"  how it is; "half" is behind half a status line
---@field body? "empty"|"malformed"|"truncated"|"html"|"bom"|"lower-inner"
---@field slow? integer           milliseconds that the body takes
---@field length? integer         bytes that Content-Length says too many, or (negative) too few
---@field lag? integer            milliseconds until reads see what the request changes
---@field page? integer           size of the pages of a list

--- Adds a rule of trouble: a table, or words with rules separated by `;`, such as
--- "POST /v1.0/policies/** count=2 status=503 retry-after=1.5". The first rule that fits and fires
--- decides. A rule that makes no sense raises.
---@param rule bylaw.FaultRule|string
---@return true? done
---@return bylaw.Error? err
function Emulator:fault(rule) end

--- Removes all rules of trouble.
function Emulator:calm() end

--- How long reads by id, by list and by reference do not see what is written from now on.
---@param ms integer  milliseconds; 0 for none
function Emulator:lag(ms) end

--- Shifts the emulator's clock against the system's: tokens expire by it, and lag ends by it.
---@param seconds number
function Emulator:shift(seconds) end

--- Removes every policy, and makes trouble, lag, page size and clock what they were at the start.
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
