-- SPDX-License-Identifier: Apache-2.0
-- `http-request lua.bitting ADDRESS`: asks the Bitting at ADDRESS whether a request may go through.
--
-- Reads the scope that the route needs from the variable txn.bitting_scope. On a yes it sets every identity header on
-- the request; on anything else it answers the client and ends the request there.

-- In milliseconds. HAProxy's client asks three more times before it gives up, so a guard that is silent costs four times
-- as long.
local TIMEOUT = 500

-- The places where a key may stand, and who asks. Each with all its values: two keys are refused by Bitting.
local SHOWN = { "authorization", "x-api-key", "user-agent" }

-- Set on every request, also to nothing: what Bitting leaves empty must not be the client's.
local IDENTITY = {
    "x-bitting-key-id", "x-bitting-owner-type", "x-bitting-owner-id", "x-bitting-account", "x-bitting-keyspace",
    "x-bitting-environment", "x-bitting-scopes", "x-bitting-principal",
}

-- Of Bitting's yes, for the answer of the API.
local TOLD = {
    ["deprecation"] = "txn.bitting_deprecation",
    ["sunset"] = "txn.bitting_sunset",
    ["ratelimit"] = "txn.bitting_ratelimit",
    ["ratelimit-policy"] = "txn.bitting_ratelimit_policy",
}

-- Of Bitting's no, for the client.
local PASSED_ON = {
    "content-type", "cache-control", "www-authenticate", "retry-after", "ratelimit", "ratelimit-policy",
}

local AWAY = '{"title":"The guard is away","status":503,"fix":"Try again shortly."}'

-- HAProxy counts the values of a header from 0 in tables that it gives, and from 1 in tables that it takes.
local function values(given)
    local all = {}
    local position = 0
    while given ~= nil and given[position] ~= nil do
        all[#all + 1] = given[position]
        position = position + 1
    end
    return all
end

local function question(txn)
    local headers = {
        ["x-original-method"] = { txn.sf:method() },
        ["x-original-uri"] = { txn.sf:pathq() },
        ["x-forwarded-for"] = { txn.sf:src() },
    }
    local sent = txn.http:req_get_headers()
    for _, name in ipairs(SHOWN) do
        if sent[name] ~= nil then headers[name] = values(sent[name]) end
    end
    return headers
end

local function refuse(txn, status, headers, body)
    local reply = txn:reply({ status = status })
    for _, name in ipairs(PASSED_ON) do
        for _, value in ipairs(values(headers[name])) do reply:add_header(name, value) end
    end
    reply:set_body(body)
    txn:done(reply)
end

local function bitting(txn, address)
    local answer = core.httpclient():get({
        url = "http://" .. address .. "/v1/authorize?scope=" .. txn:get_var("txn.bitting_scope"),
        headers = question(txn),
        timeout = TIMEOUT,
    })
    local headers = answer.headers or {}
    if answer.status == 200 then
        for _, name in ipairs(IDENTITY) do
            txn.http:req_set_header(name, values(headers[name])[1] or "")
        end
        for name, variable in pairs(TOLD) do
            local value = values(headers[name])[1]
            if value ~= nil then txn:set_var(variable, value) end
        end
    elseif answer.status == 401 or answer.status == 403 or answer.status == 429 then
        refuse(txn, answer.status, headers, answer.body)
    else
        refuse(txn, 503, { ["content-type"] = { [0] = "application/problem+json" } }, AWAY)
    end
end

core.register_action("bitting", { "http-req" }, bitting, 1)
