local cjson = require "cjson"
local graph = require "spec.support.graph"

local BATCH = "/v1.0/$batch"
local TYPED = "/policies/tokenLifetimePolicies"
local JSON = { ["Content-Type"] = "application/json" }
local FORMAT = "Invalid batch payload format."

describe("bylaw.emulator, $batch:", function()
  local emulator
  setup(function() emulator = graph.start() end)
  teardown(function() emulator:stop() end)
  after_each(function() emulator:reset() end)

  local function post(requests, path)
    local body = cjson.encode { requests = requests }
    return graph.call(emulator, "POST", path or BATCH, (body:gsub("\\/", "/")))
  end

  --- The answers of a batch by their ids, and the ids in their order.
  local function run(requests, path)
    local answer = post(requests, path)
    assert.equal(200, answer.status, answer.body)
    local by_id, order = {}, {}
    for i, response in ipairs(cjson.decode(answer.body).responses) do
      by_id[response.id], order[i] = response, response.id
    end
    return by_id, order
  end

  local function create(id, more)
    local request = {
      id = id, method = "POST", url = TYPED, headers = JSON,
      body = { displayName = "p" .. id, definition = { graph.DEFINITION } },
    }
    for name, value in pairs(more or {}) do request[name] = value end
    return request
  end

  local function refused(answer, message)
    assert.equal(400, answer.status, answer.body)
    local err = graph.error(answer)
    assert.same({ "BadRequest", message }, { err.code, err.message })
    assert.equal(0, #graph.all(emulator, "/v1.0" .. TYPED))
  end

  it("answers each part as it would alone", function()
    local id = graph.create(emulator, "/v1.0" .. TYPED)
    local got = run {
      { id = "1", method = "GET", url = TYPED .. "/" .. id },
      { id = "2", method = "PATCH", url = TYPED .. "/" .. id, headers = JSON,
        body = { displayName = "new" } },
      { id = "3", method = "GET", url = "policies/x" },
      create "4",
      { id = "5", method = "GET", url = TYPED .. "/$count",
        headers = { consistencylevel = "eventual" } },
      { id = "6", method = "PUT", url = TYPED, headers = JSON, body = {} },
    }
    local statuses = {}
    for name, response in pairs(got) do statuses[name] = response.status end
    assert.same({ ["1"] = 200, ["2"] = 204, ["3"] = 400, ["4"] = 201, ["5"] = 200, ["6"] = 405 },
      statuses)
    assert.equal(emulator.url .. "/v1.0/$metadata#policies/tokenLifetimePolicies/$entity",
      got["1"].body["@odata.context"])
    assert.equal("application/json;odata.metadata=minimal;odata.streaming=true;"
      .. "IEEE754Compatible=false;charset=utf-8", got["1"].headers["Content-Type"])
    assert.same({ "4.0" }, { got["1"].headers["OData-Version"] })
    assert.is_nil(got["2"].body)
    assert.is_nil(got["2"].headers["Content-Type"])
    assert.equal("Resource not found for the segment 'x'.", got["3"].body.error.message)
    assert.same({ "2", "text/plain" }, { got["5"].body, got["5"].headers["Content-Type"] })
    assert.equal("GET, POST", got["6"].headers.Allow)
    local stored = graph.call(emulator, "GET", "/v1.0" .. TYPED .. "/" .. got["4"].body.id)
    assert.same({ graph.DEFINITION }, cjson.decode(stored.body).definition)
  end)

  it("lists in pages whose link leads out of the batch", function()
    for _ = 1, 3 do graph.create(emulator, "/beta" .. TYPED) end
    local got = run({ { id = "a", method = "GET",
      url = TYPED .. "?$top=2&$select=id&$filter=displayName%20eq%20'eight%20hours'" } },
      "/beta/$batch")
    local link = got.a.body["@odata.nextLink"]
    assert.equal(2, #got.a.body.value)
    assert.equal(emulator.url .. "/beta" .. TYPED .. "?$top=2&$select=id&$filter=displayName%20eq"
      .. "%20'eight%20hours'&$skiptoken=", link:match "^.*skiptoken=")
    assert.equal(1, #graph.all(emulator, link:sub(#emulator.url + 1)))
  end)

  it("takes twenty parts, and refuses one more", function()
    local requests = {}
    for i = 1, 21 do requests[i] = create(tostring(i)) end
    refused(post(requests), "Number of batch request steps exceeds the maximum value of 20.")
    requests[21] = nil
    local _, order = run(requests)
    assert.equal(20, #order)
    assert.equal(20, #graph.all(emulator, "/v1.0" .. TYPED))
  end)

  describe("dependsOn", function()
    it("is waited for, wherever it stands", function()
      local _, order = run {
        create("1", { dependsOn = { "3" } }), create("2", { dependsOn = { "1", "3" } }), create "3",
      }
      assert.same({ "3", "1", "2" }, order)
      local names = {}
      for i, item in ipairs(graph.all(emulator, "/v1.0" .. TYPED)) do
        names[i] = item.displayName
      end
      assert.same({ "p3", "p1", "p2" }, names)
    end)

    it("that fails takes those along that wait for it, and no others", function()
      local got = run {
        { id = "1", method = "GET", url = "/nothing" },
        create("2", { dependsOn = { "1" } }), create("3", { dependsOn = { "2" } }), create "4",
      }
      assert.same({ 400, 424, 424, 201 },
        { got["1"].status, got["2"].status, got["3"].status, got["4"].status })
      assert.equal("FailedDependency", got["2"].body.error.code)
      assert.equal(1, #graph.all(emulator, "/v1.0" .. TYPED))
    end)

    it("names a part in either case", function()
      local got = run { create "A", create("b", { dependsOn = { "a" } }) }
      assert.same({ 201, 201 }, { got.A.status, got.b.status })
    end)

    it("in a circle, or on nothing, refuses the batch", function()
      refused(post { create("1", { dependsOn = { "2" } }), create("2", { dependsOn = { "1" } }) },
        FORMAT)
      refused(post { create("1", { dependsOn = { "1" } }) }, FORMAT)
      refused(post { create("1", { dependsOn = { "9" } }) }, FORMAT)
      refused(post { create("1", { dependsOn = { 1 } }) }, FORMAT)
    end)

    it("has three shapes where it is told to be strict", function()
      local strict <close> = graph.start { decide = { batch_order = "strict" } }
      local function status(...)
        local requests = {}
        for i, on in ipairs { ... } do
          requests[i] = create(tostring(i), { dependsOn = #on > 0 and on or nil })
        end
        return graph.call(strict, "POST", BATCH, (cjson.encode { requests = requests }
          :gsub("\\/", "/"))).status
      end
      assert.equal(200, status({}, {}, {}))
      assert.equal(200, status({}, { "1" }, { "2" }))
      assert.equal(200, status({}, { "1" }, { "1" }))
      assert.equal(400, status({}, { "1" }, { "1", "2" }))
      assert.equal(400, status({}, { "1" }, {}, { "3" }))
    end)
  end)

  describe("refuses as a whole", function()
    local wrong = {
      ["no parts"] = {}, ["parts that are none"] = { "x" },
      ["a part without an id"] = { { method = "GET", url = "/x" } },
      ["an id that is no text"] = { { id = 1, method = "GET", url = "/x" } },
      ["an empty id"] = { { id = "", method = "GET", url = "/x" } },
      ["a part without a method"] = { { id = "1", url = "/x" } },
      ["a part without a url"] = { { id = "1", method = "GET" } },
      ["headers that are none"] = { { id = "1", method = "GET", url = "/x", headers = "y" } },
      ["dependsOn that is no list"] = { { id = "1", method = "GET", url = "/x", dependsOn = "y" } },
      ["an id that stands twice"] = {
        { id = "a", method = "GET", url = "/x" }, { id = "A", method = "GET", url = "/x" },
      },
    }
    for name, requests in pairs(wrong) do
      it(name, function()
        refused(post(#requests > 0 and requests or cjson.empty_array), FORMAT)
      end)
    end

    it("a body without parts", function()
      refused(graph.call(emulator, "POST", BATCH, "{}"), FORMAT)
      refused(graph.call(emulator, "POST", BATCH, '{"requests":{}}'), FORMAT)
    end)

    it("a write without Content-Type, and one without a body", function()
      refused(post { create("7", { headers = {} }) },
        "Write request with id '7' does not contain a Content-Type header.")
      refused(post { { id = "7", method = "POST", url = TYPED } },
        "Write request id : 7 does not contain Content-Type header or body.")
    end)
  end)

  it("does not nest", function()
    local got = run { { id = "1", method = "POST", url = "/$batch", headers = JSON,
      body = { requests = { create "2" } } } }
    assert.equal(400, got["1"].status)
    assert.equal("A batch cannot be part of a batch.", got["1"].body.error.message)
  end)

  it("keeps to its version and its service", function()
    local got = run {
      { id = "1", method = "GET", url = "/v1.0/applications" },
      { id = "2", method = "GET", url = "https://graph.microsoft.com/v1.0/applications" },
      { id = "3", method = "GET", url = "/policies" },
      { id = "4", method = "GET", url = "/policies/%zz" },
      { id = "5", method = "GET", url = "/applications?$filter=%zz" },
    }
    assert.same({ 400, 400, 400, 400, 400 }, {
      got["1"].status, got["2"].status, got["3"].status, got["4"].status, got["5"].status,
    })
  end)

  it("asks for a bearer, once", function()
    assert.equal(401, graph.call(emulator, "POST", BATCH, '{"requests":[]}',
      { Authorization = false }).status)
  end)

  it("a rule of trouble meets a part", function()
    assert.is_true(emulator:fault { path = "**/tokenLifetimePolicies", method = "POST", count = 1,
      status = 429, ["retry-after"] = "7" })
    local got = run { create "1", create "2" }
    emulator:calm()
    assert.same({ 429, "7", 201 },
      { got["1"].status, got["1"].headers["Retry-After"], got["2"].status })
  end)
end)
