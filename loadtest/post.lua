-- For wrk: posts one body over and over, and ends with a line of JSON that bench.py reads.
-- wrk ... -s post.lua URL -- FILE [BYTES OF JSON BEFORE RAW TENSORS]

function init(args)
    local file = assert(io.open(args[1], "rb"))
    wrk.method = "POST"
    if args[2] then
        wrk.headers["Content-Type"] = "application/octet-stream"
        wrk.headers["Inference-Header-Content-Length"] = args[2]
    else
        wrk.headers["Content-Type"] = "application/json"
    end
    wrk.body = file:read("*a")
    file:close()
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\nresult {"requests": %d, "micros": %d, "p50_us": %d, "p99_us": %d, "max_us": %d, "non_2xx": %d, '
            .. '"connect": %d, "read": %d, "write": %d, "timeout": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
        errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
