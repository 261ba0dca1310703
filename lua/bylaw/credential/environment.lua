--- Environment variables: one that is empty counts as unset.
local environment = {}

--- A reader of variables.
---@param getenv? fun(name: string): string?  os.getenv by default
---@return fun(name: string): string?
function environment.reader(getenv)
  getenv = getenv or os.getenv
  return function(name)
    local value = getenv(name)
    return value ~= "" and value or nil
  end
end

--- Two families of names. A set is read from one of them alone, so that one tenant's id never meets
--- another tenant's secret. Source: Azure Identity (AZURE_*), Terraform (ARM_*).
environment.FAMILIES = { "AZURE", "ARM" }

--- Whether a switch is on: "1" and "true", in whatever letters.
---@param value string?
---@return boolean
function environment.is_on(value)
  value = value and value:lower()
  return value == "1" or value == "true"
end

--- Whether a switch is off: "0" and "false".
---@param value string?
---@return boolean
function environment.is_off(value)
  value = value and value:lower()
  return value == "0" or value == "false"
end

return environment
