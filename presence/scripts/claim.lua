-- Take the turn to examine everything, unless somebody has it. Returns 1 or 0.
-- ARGV: node, for how long (ms).

local node, repair_ms = ARGV[1], ARGV[2]

if not leased(node) then
  return no_lease()
end
if redis.call('PTTL', key('repairing')) > 0 then
  return 0
end
redis.call('SET', key('repairing'), node, 'PX', repair_ms)
count('repairs', 1)
return 1
