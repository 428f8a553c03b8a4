-- End a node in good order. What it still owns, if anything, is swept when the linger is over.
-- ARGV: node, linger (ms).

local node, linger_ms = ARGV[1], tonumber(ARGV[2])

if not leased(node) then
  return no_lease()
end

redis.call('DEL', key('node', node))
if redis.call('EXISTS', key('owned', node)) == 1 then
  redis.call('ZADD', key('nodes'), now + linger_ms, node)
else
  redis.call('ZREM', key('nodes'), node)
end
return reply()
