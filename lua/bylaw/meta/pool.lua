---@meta bylaw.core.pool
-- luacheck: ignore 212 241 (what stands here is read, and never run)

---@class bylaw.PoolOptions
---@field max_connections? integer  requests under way at once, 16 by default; others wait
---@field ca_file? string     PEM file of the authorities to trust in place of the system's
---@field proxy? string       URL; "" for none; by default as the environment says
---@field user_agent? string  by default no such header is sent; without control characters
---@field http2? boolean      asks for HTTP/2 over TLS: many requests over one connection

---@class bylaw.PoolRequest
---@field method string
---@field url string         absolute and percent-encoded; https, or http to loopback
---@field headers? table<string, string>  at most 64; not those that the pool sets
---@field lines? string      more headers, "name: value", CR LF between: what many requests have in
---  common is read once
---@field traced? boolean    adds a client-request-id, a new GUID; an answer that names another one
---  is "bad_answer": it was left over on the connection
---@field body? string       without one a POST, PUT or PATCH says Content-Length: 0
---@field timeout? number    seconds, 30 by default, from when its turn has come
---@field max_body? integer  most bytes to take of the answer's body, 64 MiB by default
---@field fresh? boolean    over a connection of its own, none that was kept alive
---@field link_local? boolean  plain http may also go to 169.254.0.0/16, without an Authorization
---  header: for the endpoints of managed identities
---@field reads? string     kind of the policy that a success answers with: it comes in place of the
---  body, unless it is anything but plain
---@field once? boolean      must not reach the service twice: "cut" rather than repeated

---@class bylaw.PoolResult
---@field id integer
---@field policy? bylaw.Policy  that the request reads; `status` is then all else that there is
---@field sent boolean       bytes of the request left this machine
---@field seconds number     from when its turn had come
---@field status? integer    HTTP's, even of an answer that was cut
---@field headers? table<string, string>  likewise; names in lower case, repeated ones joined; made
---  when it is first asked for
---@field trace? string      the client-request-id that a traced one was sent with
---@field body? string       decoded from gzip; nil where there is an err
---@field err? bylaw.Error   code "unreachable", "tls", "timeout", "cut", "bad_answer", "too_large",
---  "unsendable" or "out_of_memory"

--- HTTP requests side by side over connections that are kept alive. TLS is 1.2 or newer and
--- always verified. Redirects are not followed. Nothing moves outside `wait`.
---@class bylaw.Pool
local Pool = {}

--- Takes a request in. What breaks a rule of HTTP or of the pool is refused here.
---@param request bylaw.PoolRequest
---@return integer? id
---@return bylaw.Error? err  code "unsendable" or "closed"
function Pool:submit(request) end

--- Sends and receives until a request has ended, nothing is left to do or the time is over.
---@param seconds? number  0 by default: what can be done without waiting
---@return bylaw.PoolResult[]? results  of all that has ended, first to end first
---@return bylaw.Error? err  code "closed"
function Pool:wait(seconds) end

--- The sockets at work, for a host that waits for them itself between calls of wait(0).
---@return { fd: integer, reads: boolean, writes: boolean }[]? sockets
---@return bylaw.Error? err  code "closed"
function Pool:sockets() end

--- Seconds after which the pool wants its turn though no socket moves; nil: never.
---@return number?
function Pool:timeout() end

--- Drops a request wherever it is. False: there is none of that id (any more).
---@param id integer
---@return boolean? dropped
---@return bylaw.Error? err  code "closed"
function Pool:cancel(id) end

--- The number of requests without a result.
---@return integer? count
---@return bylaw.Error? err  code "closed"
function Pool:pending() end

--- Drops all requests and closes all connections. Also when the pool is closed or collected; twice
--- is fine.
function Pool:close() end
