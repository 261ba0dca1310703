--- What may stand in a tenant, an id, a scope or the URL of an authority: these texts land in URLs
--- and on command lines. Pure.
local errors = require "bylaw.errors"

local check = {}

local GLOBAL = "https://graph.microsoft.com/.default"

--- Tenants that stand for many, which an app without a user cannot sign in to.
local MANY = { common = true, organizations = true, consumers = true }

local function refuse(words, ...)
  return nil, errors.new("invalid_option", words:format(...))
end

--- Whether a text can be a tenant or a client id; `what` names it.
---@param what string  such as "tenant_id"
---@param value string
---@return true?
---@return bylaw.Error? err  code "invalid_option"
function check.id(what, value)
  if value:find "^[%w.-]+$" then return true end
  if value == "" then return refuse("%s is empty", what) end
  return refuse("%s %s: only letters, digits, dots and hyphens can stand there", what,
    errors.quote(value))
end

--- Whether it is one tenant: its GUID or one of its domains.
---@param tenant string
---@return true?
---@return bylaw.Error? err
function check.one_tenant(tenant)
  if MANY[tenant:lower()] then
    return refuse("tenant_id '%s' stands for many tenants; name one by GUID or domain", tenant)
  end
  return check.id("tenant_id", tenant)
end

--- The scope to ask for: Graph's of the global cloud where none is given.
---@param scope? string
---@return string? scope
---@return bylaw.Error? err
function check.scope(scope)
  if scope == nil then return GLOBAL end
  if scope:find "^[%w._:/-]+$" then return scope end
  return refuse("the scope %s has a character that no scope has", errors.quote(scope))
end

--- The resource of a scope, as managed identities and older tools want it.
---@param scope string
---@return string
function check.resource(scope) return (scope:gsub("/%.default$", "")) end

--- The root of a URL given by the environment or the user, without slashes at its end. What its
--- host may be is for the pool to say: https, or http to this machine.
---@param what string
---@param url string
---@return string?
---@return bylaw.Error? err
function check.url(what, url)
  if not url:find "^https?://[%w%[]" then
    return refuse("%s %s: it must be a URL, such as https://host", what, errors.quote(url))
  end
  if url:match "^%a+://([^/?#]*)":find "[@\\%s]" then
    return refuse("%s: it must not hold credentials", what) -- and so is not quoted
  end
  if url:find("?", 1, true) then return url end
  return (url:gsub("/+$", ""))
end

--- Whether plain http goes to this machine, as far as a look at the URL tells.
local function is_local(url)
  local host = url:match "^http://([^/:?#]+)" or ""
  return host:lower() == "localhost" or host:find "^127%.%d+%.%d+%.%d+$"
    or url:find "^http://%[::1%]"
end

--- The root of an authority: https, or http to this machine, without a path.
---@param what string
---@param url string
---@return string?
---@return bylaw.Error? err
function check.authority(what, url)
  local root, err = check.url(what, url)
  if not root then return nil, err end
  if not root:find "^https:" and not is_local(root) then
    return refuse("%s %s: secrets go over https alone", what, errors.quote(root))
  end
  if not root:find "^%a+://[^/?#]+$" then
    return refuse("%s %s: it must be scheme and host alone; the tenant is an option of its own",
      what, errors.quote(root))
  end
  return root
end

return check
