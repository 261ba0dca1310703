---@meta bylaw.core
-- luacheck: ignore 212 241 (what stands here is read, and never run)

--- The C core as Lua sees it. Programs use `require "bylaw"`; this is what lies below.
---@class bylaw.core
---@field version string   bylaw's own
---@field libcurl string   the version of libcurl at run time
---@field kinds string[]   names of the kinds, in a stable order
---@field collections table<string, string>  collection below /policies, by kind
---@field versions table<string, string>     "beta", of kinds that are there alone
---@field targets table<string, string[]>  what carries it, by kind
---@field wrappers table<string, string>     the one key of a definition, by kind; some have none
---@field types table<string, string>        kind, by wrapper, which is the legacy type
---@field null lightuserdata                  JSON's null
---@field error_metatable table               of every err table
---@field problem_codes { code: string, severity: "error"|"warning" }[]  all that there are
local core = {}

---@class bylaw.Kind
---@field name string        "tokenLifetimePolicy"
---@field collection string  "tokenLifetimePolicies"
---@field wrapper? string    "TokenLifetimePolicy"
---@field version? "beta"    there alone; nil: everywhere
---@field targets string[]   what carries it: "application", "servicePrincipal", "organization"
---@field doc string
---@field source string      where the facts come from
---@field fields? bylaw.Field[]  in written order; nil: its inside is not checked

---@class bylaw.Field
---@field name string
---@field also? string       a second spelling in the service's own pages
---@field type "string"|"boolean"|"integer"|"array"|"object"|"any"
---@field format? "timespan"|"guid"|"uri"|"domain"
---@field required? true
---@field filled? true       filled in with `min` when a table leaves it out
---@field or_text? true      may also be written as a string: "true", "1"
---@field as_text? true      is written as a string
---@field folded? true       values are compared without regard to case
---@field unordered? true    an array that the service treats as a set
---@field min? integer|string  of an integer, a span, a text in bytes, an array in items
---@field max? integer|string
---@field values? string[]   the legal texts
---@field also_values? string[]  texts legal beside the format
---@field trimmed? true      blanks at either end would break it
---@field default? string    what the service does without it
---@field retired? string    taken without effect: why
---@field doc string
---@field source string
---@field fields? bylaw.Field[]  of an object, or of each item
---@field item? bylaw.Field

--- The table of a kind, made anew at each call; nil for a name that is none.
---@param kind string
---@return bylaw.Kind?
function core.describe(kind) end

---@param policy bylaw.Policy
---@return true?
---@return bylaw.Problem[]|bylaw.Error  the warnings, or err with all problems
function core.validate(policy) end

--- `judged` false writes whatever can be written, problems or not.
---@param policy bylaw.Policy
---@param dialect? "collection"|"legacy"|"legacy-string"
---@param judged? boolean
---@return string? body
---@return bylaw.Error? err
function core.encode(policy, dialect, judged) end

---@param kind string
---@param definition table|string
---@return string? text
---@return bylaw.Error? err
function core.definition_encode(kind, definition) end

---@param kind string
---@param text string|string[]
---@return table? inner
---@return bylaw.Problem[]|bylaw.Error
function core.definition_decode(kind, text) end

--- The policy in an answer's body, the text of its definition kept for it: in one go what json_read
--- and definition_decode give. Nil where the body is anything but plain, or has no id.
---@param kind string
---@param body string
---@return bylaw.Policy? policy
function core.stored(kind, body) end

---@param kind string
---@param a table|string
---@param b table|string
---@return boolean
function core.definition_equal(kind, a, b) end

--- Whether a live policy is what is declared: its name, its default where that has an effect, its
--- definition by meaning, and whatever else the declaration sets.
---@param kind string
---@param live table
---@param declared table
---@return boolean?
---@return bylaw.Error? err
function core.policy_same(kind, live, declared) end

--- Names of the properties that policy_same compares by rules of their own, or not at all.
---@type table<string, true>
core.apart = {}

--- Of all policies.
---@type table
core.policy_metatable = {}

--- Keeps the text from which a policy's definition was read: it is judged and sent in place of the
--- table for as long as the table says the same.
---@param policy bylaw.Policy
---@param text string
---@param verbatim? boolean  send it as it came even where strict JSON would refuse it
function core.keep(policy, text, verbatim) end

--- The text that is kept for a policy.
---@param policy bylaw.Policy
---@return string?
function core.kept(policy) end

--- Strict JSON, or with `lenient` also single quotes, trailing commas, comments, a byte order mark
--- and raw line breaks in strings. Integers stay exact; the last of repeated keys wins.
---@param text string
---@param lenient? boolean
---@return any value
---@return bylaw.Error? err
function core.json_read(text, lenient) end

--- All problems of a strict JSON text, those included that reading survives: keys that stand twice.
---@param text string
---@return bylaw.Problem[]
function core.json_problems(text) end

--- Compact JSON, members in the order of their names.
---@param value any
---@return string? text
---@return bylaw.Error? err
function core.json_write(value) end

--- Seconds since some moment, by a clock that nobody sets.
---@return number
function core.now() end

--- Waits that long, or until a signal comes.
---@param seconds number
function core.pause(seconds) end

--- A random GUID.
---@return string
function core.guid() end

--- Ids that were seen, the last ten thousand at least; of a GUID the case of its letters counts for
--- nothing.
---@class bylaw.IdSet
local IdSet = {}

---@param id string
function IdSet:add(id) end

---@param id string
---@return boolean
function IdSet:has(id) end

---@return bylaw.IdSet
function core.id_set() end

--- Runs another program, without a shell: `argv` is its name, looked for in PATH, and its
--- arguments. It has no input, stands in "/", and does not see the environment variables that are
--- `withheld`. Closed, collected, or when its time (seconds, 30 by default) is over, it is killed
--- with all that it started in its group. `max_output` bounds each stream, 65536 bytes by default.
---@param argv string[]
---@param given? { timeout?: number, max_output?: integer, withheld?: string[] }
---@return bylaw.Process? process
---@return bylaw.Error? err  code "no_program"
function core.run(argv, given) end

--- Opens a certificate with its private key: PEM with both in any order, or PKCS#12, told apart by
--- content.
---@param bytes string
---@param password? string
---@return bylaw.Signer? signer
---@return bylaw.Error? err  code "invalid"
function core.signer(bytes, password) end

--- Header and claims of a signed token, as JSON: unverified.
---@param token string
---@return string? header
---@return string|bylaw.Error claims  or err, code "invalid"
function core.token_read(token) end

---@param bytes string
---@param flavour? "base64"|"base64url"  "base64" by default
---@return string
function core.base64_write(bytes, flavour) end

--- The bytes of a text of either flavour, padded or not.
---@param text string
---@return string? bytes
---@return bylaw.Error? err  code "invalid"
function core.base64_read(text) end

--- A certificate and its private key, which never leaves the core.
---@class bylaw.Signer
local Signer = {}

--- A token in compact form.
---@param algorithm "PS256"|"RS256"
---@param header string  JSON, naming the algorithm
---@param claims string  JSON
---@return string? token
---@return bylaw.Error? err  code "invalid": not an RSA key of 2048 bits
function Signer:sign(algorithm, header, claims) end

---@class bylaw.CertificateFacts
---@field sha1 string         thumbprint in base64url: x5t
---@field sha256 string       x5t#S256
---@field not_before integer  seconds since 1970
---@field not_after integer
---@field subject string

---@return bylaw.CertificateFacts
function Signer:facts() end

--- The certificate and those above it that came with it, each in base64: x5c.
---@return string[]
function Signer:chain() end

--- Forgets the key. Also __close and __gc; twice is fine.
function Signer:close() end

---@class bylaw.Process
local Process = {}

--- Reads what it writes, for so many seconds at most, 0 by default.
---@param seconds? number
---@return { status: integer, out: string, err: string }|false|nil result  false: it still runs;
---  a status of -1: a signal ended it
---@return bylaw.Error? err  code "timeout", "too_large" or "closed"
function Process:wait(seconds) end

--- Ends it if it still runs. Also __close and __gc; twice is fine.
function Process:close() end

--- The nearest of some texts, within a third of the text's length in edits; nil: none is near.
---@param text string
---@param candidates string[]
---@return string?
function core.nearest(text, candidates) end

--- Seconds of a time span as the service reads it, such as "08:00:00"; nil for what is none.
---@param span string
---@return integer?
function core.seconds(span) end

--- The absolute path without links, "." and "..".
---@param path string
---@return string?
---@return string? why  it cannot be told
function core.real_path(path) end

--- Whether others than its owner may read a plain file of the user's own.
---@param path string
---@return boolean
function core.is_exposed(path) end

--- A Lua state of its own, for what is not trusted.
---@class bylaw.core.Sandbox
local sandbox = {}

--- Calls the function that the program returned, with copies; it answers through the functions of
--- the host. What one of those raises is raised again.
---@return true? done
---@return string? code  "raised", or the limit: "instructions", "seconds", "memory", "output"
---@return string? words
---@return string? file  the innermost line of a chunk whose name begins with "@"
---@return integer? line
function sandbox:call(...) end

--- The number that the function made by origins() was given for a table that came out.
---@param value table
---@return integer?
function sandbox:origin(value) end

--- Twice is fine; also __close and __gc.
function sandbox:close() end

--- Runs a program, the bytes of a Lua function, in a state of its own. It is called with a table of
--- the host's functions and of where, load and origins, and returns the function to call.
---@param program string
---@param functions table<string, function>
---@param limits { instructions: integer, memory: integer, seconds: number, output: integer }
---@return bylaw.core.Sandbox
function core.sandbox(program, functions, limits) end

--- SIGINT and SIGTERM held back, for a command that must finish what is under way.
---@class bylaw.HeldInterrupts
local Held = {}

--- How many came; a second one of the same signal ends the process.
---@return integer
function Held:count() end

--- Lets them through again, as it was before. Also when it is closed or collected.
function Held:close() end

--- Holds interrupts back, for as long as the result is not closed. Only the command uses it.
---@return bylaw.HeldInterrupts
function core.hold_interrupts() end

return core
