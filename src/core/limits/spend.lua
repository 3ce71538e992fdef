-- Counts one request. The arithmetic is that of gcra.rs; the time is Redis's own, so that the servers' clocks do not matter.
-- KEYS[1]: the count. ARGV: microseconds between two requests, how many at once.
-- Answers the time and the state before, of which the server makes the same answer as of its own memory's.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local most = interval * tonumber(ARGV[2])
local before = tonumber(redis.call('GET', KEYS[1]) or now)
before = math.min(math.max(before, now), now + most)
local after = before + interval
if after - now <= most then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
end
return { now, before }
