--- The emulator in this process, and the folder in which it keeps its files.
local local_store = {
  LOCAL = ".bylaw/local.db",       -- of --local
  EMULATOR = ".bylaw/emulator.db", -- of the verb `emulator`
}

local errors = require "bylaw.errors"

--- Makes the folder of our own files, for its owner alone, where it is missing.
local function make_folder(store)
  if store ~= local_store.LOCAL and store ~= local_store.EMULATOR then return true end
  return os.execute "[ -d .bylaw ] || mkdir -m 700 .bylaw 2>/dev/null"
end

--- The module, if this install has it.
local function load()
  local found, emulator = pcall(require, "bylaw.emulator")
  if found then return emulator end
  return nil, errors.new("no_emulator", "the emulator is not part of this install: its module "
    .. "bylaw.emulator needs libmicrohttpd and SQLite")
end

--- What `decide` can say.
---@return bylaw.EmulatorQuestion[]?
---@return bylaw.Error? err
function local_store.questions()
  local emulator, err = load()
  if not emulator then return nil, err end
  return emulator.questions
end

--- Starts an emulator, if this install has one.
---@param options bylaw.EmulatorOptions
---@return bylaw.Emulator?
---@return bylaw.Error? err
function local_store.start(options)
  local emulator, err = load()
  if not emulator then return nil, err end
  if not make_folder(options.store) then
    return nil, errors.new("store", "the folder .bylaw cannot be made here")
  end
  return emulator.start(options)
end

return local_store
