--- The emulator in this process, and the folder in which it keeps its files.
local local_store = {
  LOCAL = ".bylaw/local.db",       -- of --local
  EMULATOR = ".bylaw/emulator.db", -- of the verb `emulator`
}

local errors = require "bylaw.errors"
local own_folder = require "bylaw.cli.own_folder"

--- Whether it lies in the folder of our own files.
local function is_own(store) return store == local_store.LOCAL or store == local_store.EMULATOR end

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
  local ready = emulator ~= nil
  if ready and is_own(options.store) then ready, err = own_folder.make "store" end
  if not ready then return nil, err end
  return emulator.start(options)
end

return local_store
