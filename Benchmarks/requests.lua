-- SPDX-License-Identifier: Apache-2.0
-- wrk -s requests.lua URL -- KEYS-FILE KIND [CALLER-KEY]: one prepared request a key, in turn.
-- KIND: header (GET with X-API-Key), verify (POST /v1/verify with the key in the body).
local prepared, count, position = {}, 0, 0

function init(args)
  for key in io.lines(args[1]) do
    count = count + 1
    if args[2] == "verify" then
      prepared[count] = wrk.format("POST", nil,
        {["Authorization"] = "Bearer " .. args[3], ["Content-Type"] = "application/json"},
        '{"key":"' .. key .. '","scopes":["labels:create"]}')
    else
      prepared[count] = wrk.format("GET", nil, {["X-API-Key"] = key})
    end
  end
end

function request()
  position = position % count + 1
  return prepared[position]
end
