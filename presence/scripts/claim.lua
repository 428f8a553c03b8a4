-- Take the turn to examine everything, unless somebody has it. Returns 1 or 0.
-- args: for how long (ms).

local repair_ms = args[1]

local refused = refusal()
if refused then
  return refused
end
if redis.call('PTTL', key('repairing')) > 0 then
  return done(0)
end
redis.call('SET', key('repairing'), node, 'PX', repair_ms)
count('repairs', 1)
return done(1)
