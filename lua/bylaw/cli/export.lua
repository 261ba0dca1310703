--- bylaw export: what is live, as declarations.
local common = require "bylaw.cli.common"
local core = require "bylaw.core"
local export_json = require "bylaw.cli.export_json"
local failure = require "bylaw.cli.failure"
local html = require "bylaw.render.html.tenant"
local kind_name = require "bylaw.cli.kind_name"
local export_of = require "bylaw.export"
local session = require "bylaw.cli.session"
local text = require "bylaw.cli.text"

local export = {
  name = "export",
  summary = "Write declarations for what is live",
  usage = "bylaw export [options] [KIND...]",
  examples = {
    { "bylaw export >policies.lua", "every kind, in one file" },
    { "bylaw export --out policies/", "a file for each kind" },
    { "bylaw export token-lifetime --local", "one kind, of the emulator" },
    { "bylaw export -o json", "for programs" },
    { "bylaw export -o html >tenant.html", "one page, for a browser or paper" },
  },
  notes = [[
Planning what is written finds nothing to do. Equal tenants give equal bytes.
Files that are there are left alone, unless --force says otherwise.]],
}

function export.add_to(parser)
  parser:argument "KIND":args "*":target "kinds":convert(kind_name.convert)
    :description "Kinds to write; all by default."
  parser:option "--out":argname "PATH"
    :description "File to write; ending in /, a folder with a\nfile for each kind."
  parser:flag "--force":description "Write over files that are there."
  parser:flag "--no-assignments"
    :description "Leave out what the policies apply to."
  parser:option "-o":hidden_name "--output":target "output"
    :description "Declarations, a document for programs, or a\npage (also --output)."
    :choices { "lua", "json", "html" }
    :argname "lua|json|html"
  common.add_json(parser)
  common.add_manner(parser)
  session.add_to(parser)
end

local function exists(name)
  local file = io.open(name)
  if file then file:close() end
  return file ~= nil
end

--- Makes the folder where it is missing.
local function make_folder(folder)
  local word = "'" .. folder:gsub("'", "'\\''") .. "'"
  return os.execute("mkdir -p -- " .. word .. " 2>/dev/null")
end

--- Writes a text as a file that is whole or not there.
local function write(name, content)
  local partial = name .. ".part"
  local file, why = io.open(partial, "wb")
  if not file then return nil, why end
  local done
  done, why = file:write(content)
  if done then done, why = file:close() end
  if done then done, why = os.rename(partial, name) end
  if not done then os.remove(partial) end
  return done, why
end

--- What is to be written: file names and kinds; one without a name is stdout.
local function parts_of(options)
  local kinds = #options.kinds > 0 and options.kinds or nil
  if not options.out then return { { kinds = kinds } } end
  if options.output == "html" or options.out:sub(-1) ~= "/" then
    return { { name = options.out, kinds = kinds } }
  end
  local parts = {}
  for _, kind in ipairs(kinds or core.kinds) do
    if kinds or not core.versions[kind] or core.versions[kind] == options.api_version then
      local extension = options.output == "json" and ".json" or ".lua"
      parts[#parts + 1] = { name = options.out .. kind .. extension, kinds = { kind } }
    end
  end
  return parts
end

--- Why nothing can be written, or nil.
local function obstacle(options, parts)
  if options.output == "html" and options.out and options.out:sub(-1) == "/" then
    return "a page is one file: name it without / at its end"
  end
  for _, part in ipairs(parts) do
    if part.name and not options.force and exists(part.name) then
      return part.name .. " is there already; --force writes over it"
    end
  end
  if options.out and options.out:sub(-1) == "/" and not make_folder(options.out) then
    return "the folder " .. options.out .. " cannot be made"
  end
end

local CONTENT = { lua = export_of.text, json = export_json, html = html.html }

--- Reads everything first, so that a read that fails leaves nothing half written.
local function read(it, options, parts)
  for _, part in ipairs(parts) do
    local found, err = export_of.read(it.client,
      { kinds = part.kinds, assignments = not options.no_assignments })
    if not found then return nil, err end
    part.content = CONTENT[options.output or "lua"](found, it.where)
  end
  return true
end

function export.run(options, console)
  local parts = parts_of(options)
  local why = obstacle(options, parts)
  if why then
    console:fail(why)
    return 1
  end
  local it <close>, refused = session.open(options, console)
  if not it then return failure.tell(console, refused) end
  local done, err = read(it, options, parts)
  if not done then return failure.tell(console, err, "reading what is live") end
  for _, part in ipairs(parts) do
    if not part.name then
      console:write(part.content)
    else
      done, why = write(part.name, part.content)
      if not done then
        console:fail("cannot write: " .. why)
        return 1
      end
      console:tell("wrote " .. text.shown(part.name))
    end
  end
  return 0
end

return export
