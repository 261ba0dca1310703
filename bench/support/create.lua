-- For wrk: the create of a documented sample.
wrk.method = "POST"
wrk.body = [[{"definition":["{\"TokenLifetimePolicy\":{\"Version\":1,]]
  .. [[\"AccessTokenLifetime\":\"8:00:00\"}}"],"displayName":"CustomTokenLifetimePolicy",]]
  .. [["isOrganizationDefault":false}]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer bench"
