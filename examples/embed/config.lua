-- The configuration of the hosts in this folder. It is the owner's, and may do anything; the files
-- that it names are the users', and may not.
local policies = {}
for path in (os.getenv "KEEPER_POLICIES" or "policies.lua"):gmatch "%S+" do
  table.insert(policies, path)
end

return {
  endpoint = os.getenv "BYLAW_ENDPOINT" or "http://127.0.0.1:8080",
  credential = os.getenv "BYLAW_TOKEN",
  policies = policies,
  limits = { instructions = 1000000, memory = 8 << 20, seconds = 1 },
  every = tonumber(os.getenv "KEEPER_EVERY"),
}
