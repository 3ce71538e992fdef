-- Counts one use within a window. The rules are those of window.rs; the time is Redis's own.
-- KEYS[1]: the uses, as "first last count;" for each group. ARGV: how many, the window, how far a group may reach; microseconds.
-- Answers how many microseconds to wait: 0 where the use was counted.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local most, window, grain = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local groups, counted = {}, 0
for first, last, count in string.gmatch(redis.call('GET', KEYS[1]) or '', '(%d+) (%d+) (%d+);') do
  groups[#groups + 1] = { tonumber(first), tonumber(last), tonumber(count) }
end
local newest = groups[#groups]
if newest then now = math.max(now, newest[2]) end
local left = {}
for _, group in ipairs(groups) do
  if now - group[2] < window then
    left[#left + 1] = group
    counted = counted + group[3]
  end
end
if counted >= most then
  for _, group in ipairs(left) do
    counted = counted - group[3]
    if counted < most then return group[2] + window - now end
  end
end
newest = left[#left]
if newest and now - newest[1] < grain then
  newest[2], newest[3] = now, newest[3] + 1
else
  left[#left + 1] = { now, now, 1 }
end
local texts = {}
for place, group in ipairs(left) do texts[place] = string.format('%.0f %.0f %d;', group[1], group[2], group[3]) end
redis.call('SET', KEYS[1], table.concat(texts), 'PX', math.max(math.ceil(window / 1000), 1))
return 0
