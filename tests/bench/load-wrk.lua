-- For wrk: goes through the requests of a file of lines (path, tab, body) and prints one JSON line. See load.ts.
local requests, position = {}, 0

function init(args)
  local headers = { ["Content-Type"] = "application/json" }
  for line in io.lines(args[1]) do
    local path, body = line:match("^(.-)\t(.*)$")
    requests[#requests + 1] = wrk.format("POST", path, headers, body)
  end
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  local acknowledged = summary.requests - errors.status
  print(string.format('{"acknowledged":%d,"failed":%d,"perSecond":%f,"p50":%f,"p99":%f}', acknowledged, failed,
    acknowledged / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
