-- SPDX-License-Identifier: Apache-2.0
-- wrk -s requests.lua URL -- KEYS-FILE KIND [CALLER-KEY]: one prepared request a key, in turn. All keys have the same length.
-- KIND: header (GET with X-API-Key), verify (POST /v1/verify with the key in the body).
local prepared, count, position = {}, 0, 0

function init(args)
  local head, tail
  for key in io.lines(args[1]) do
    if not head then
      local blank = string.rep("@", #key)
      local whole
      if args[2] == "verify" then
        whole = wrk.format("POST", nil,
          {["Authorization"] = "Bearer " .. args[3], ["Content-Type"] = "application/json"},
          -- The key at the very end: LuaJIT hashes only a few places of a long string, and strings that differ elsewhere all collide.
          '{"scopes":["labels:create"],"key":"' .. blank .. '"}')
      else
        whole = wrk.format("GET", nil, {["X-API-Key"] = blank})
      end
      local first, last = whole:find(blank, 1, true)
      head, tail = whole:sub(1, first - 1), whole:sub(last + 1)
    end
    count = count + 1
    prepared[count] = head .. key .. tail
  end
end

function request()
  position = position % count + 1
  return prepared[position]
end
