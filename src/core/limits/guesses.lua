-- Begins or ends a try of a password. The rules are those of guesses.rs, line by line; the time is Redis's own.
-- KEYS[1]: the row. ARGV: begin, right, wrong or open; the policy: free, most, forget in microseconds, from_last, right_ends.
-- Answers how many microseconds to wait: 0 where the try may begin.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local act, free, most, forget = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local from_last, right_ends = ARGV[5] == '1', ARGV[6] == '1'
local row = redis.call('HMGET', KEYS[1], 'wrong', 'since', 'pending', 'pending_since')
local wrong, since = tonumber(row[1] or 0), tonumber(row[2] or 0)
local pending, pending_since = tonumber(row[3] or 0), tonumber(row[4] or 0)

-- what is left of it now
since, pending_since = math.min(since, now), math.min(pending_since, now)
if now - since >= forget then wrong = 0 end
if now - pending_since >= 30000000 then pending = 0 end

local wait = 0
if act == 'begin' then
  local suspect = wrong > free
  if wrong >= most then
    wait = math.max(since + forget - now, 1)
  elseif wrong + pending >= most or (suspect and pending > 0) then
    wait = 1000000
  elseif suspect then
    wait = math.max(since + math.min(1000000 * 2 ^ math.min(wrong - free - 1, 10), 60000000) - now, 0)
  end
  if wait > 0 then return wait end
  pending, pending_since = pending + 1, now
else
  pending = math.max(pending - 1, 0)
  if act == 'wrong' then
    wrong = wrong + 1
    if from_last or wrong == 1 or wrong >= most then since = now end
  elseif act == 'right' and right_ends then
    wrong = 0
  end
end

local forgotten = pending_since + 30000000
if wrong > 0 then forgotten = math.max(forgotten, since + forget) end
local text = function(number) return string.format('%.0f', number) end
redis.call('HSET', KEYS[1], 'wrong', text(wrong), 'since', text(since), 'pending', text(pending), 'pending_since', text(pending_since))
redis.call('PEXPIRE', KEYS[1], math.max(math.ceil((forgotten - now) / 1000), 1))
return 0
