--- The files of declarations: named, included, scanned.
local files = {}

local core = require "bylaw.core"
local errors = require "bylaw.errors"
local file = require "bylaw.file"
local problems = require "bylaw.declaration.problems"
local source = require "bylaw.source"

--- A file under its real path, so that each is read once.
function files.add(self, name, text, real)
  local number = #self.files + 1
  self.files[number] = { name = name, text = text }
  self.by_name[name], self.desired.files[name] = self.files[number], self.files[number]
  if real then self.numbers[real] = number end
  return number
end

function files.is_below(real, root)
  return root == "/" or real == root or real:sub(1, #root + 1) == root .. "/"
end

--- A first line for the shell, blanked out.
function files.without_shebang(text)
  return (text:gsub("^#[^\n]*", function(line) return (" "):rep(#line) end))
end

--- The file that an include names: its number, name and text; nil and why there is none.
function files.include(self, path, from)
  local name = path:sub(1, 1) == "/" and path or file.folder(from) .. "/" .. path
  name = name:gsub("^%./", "")
  local real, why = core.real_path(name)
  if not real then return nil, ("include %s: %s"):format(errors.quote(path), why) end
  if not files.is_below(real, self.root) then
    return nil, ("include %s: it leads out of %s, where the declarations are"):format(
      errors.quote(path), self.root)
  end
  local number = self.numbers[real]
  if not number then
    local text
    text, why = file.read(real)
    if not text then return nil, ("include %s: %s"):format(errors.quote(path), why) end
    number = files.add(self, name, files.without_shebang(text), real)
  end
  return number, self.files[number].name, self.files[number].text
end

--- Tells of a file that includes itself, by the numbers of those that are being read.
function files.cycle(self, numbers)
  local names = {}
  for number in numbers:gmatch "%d+" do names[#names + 1] = self.files[tonumber(number)].name end
  return "the file includes itself: " .. table.concat(names, " -> ")
end

--- Scans a file that Lua can read; the text whose tables are noted.
function files.scanned(self, number)
  local found = self.files[number]
  local made = source.scan(found.name, found.text)
  self.files[number], self.by_name[found.name] = made, made
  self.desired.files[found.name] = made
  return made.noted
end

--- Lua's words without "file:line:" before them.
function files.without_place(message)
  return (message:gsub("^[^\n]-:%-?%d+: ", "", 1))
end

--- Tells of a file that Lua cannot read.
function files.refused(self, number, why)
  local name = self.files[number].name
  if self.files[number].text:sub(1, 1) == "\27" then
    problems.add(self, "binary_chunk", "is a compiled Lua chunk; text is due",
      { place = { file = name } })
  else
    problems.add(self, "syntax", files.without_place(why),
      { place = problems.place_on(self, name, tonumber(why:match ":(%d+): ")) or { file = name } })
  end
  self.told = why
  return why
end

return files
