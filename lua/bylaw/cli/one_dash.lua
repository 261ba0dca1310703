--- Long options behind one dash, as Terraform's users type them: -auto-approve, -out=FILE. Pure.

--- The arguments with a second dash before what is a long option of the verb; what stands behind
--- "--" is left alone.
---@param arguments string[]
---@param names string[]  spellings of the verb's options
---@return string[]
return function(arguments, names)
  local is_option, list = {}, {}
  for _, name in ipairs(names) do is_option[name] = true end
  local ended = false
  for i, argument in ipairs(arguments) do
    ended = ended or argument == "--"
    local name = not ended and argument:match "^%-(%a[%w%-]+)"
    local rest = name and argument:sub(#name + 2)
    local meant = name and is_option["--" .. name] and (rest == "" or rest:sub(1, 1) == "=")
    list[i] = meant and "-" .. argument or argument
  end
  return list
end
