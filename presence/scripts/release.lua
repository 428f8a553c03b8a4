-- End a node: the one that asks, in good order, or an earlier one of the same process, whose lease may have ended.
-- What it still owns, if anything, is swept when the linger is over.
-- ARGV: node, the node that ends, linger (ms).

local node, ending, linger_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])

if not leased(node) then
  return no_lease()
end

redis.call('DEL', key('node', ending))
if redis.call('EXISTS', key('owned', ending)) == 1 then
  redis.call('ZADD', key('nodes'), now + linger_ms, ending)
else
  redis.call('ZREM', key('nodes'), ending)
end
return reply()
