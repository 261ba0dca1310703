-- What Contoso asks of its policies beyond what the service asks.
rule "no token above 8 hours" {
  kind = "tokenLifetimePolicy",
  check = function(policy)
    if seconds(policy.definition.AccessTokenLifetime) > seconds "8:00:00" then
      return "lives for more than 8 hours", "/definition/AccessTokenLifetime"
    end
  end,
}

rule "names begin with Contoso" {
  severity = "warning",
  check = function(policy) return policy.displayName:find "^Contoso: " ~= nil end,
}
