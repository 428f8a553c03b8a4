-- End a node: the one that asks, in good order, or an earlier one of the same process, whose lease may have ended.
-- What it still owns, if anything, is swept when the linger is over. What earlier nodes own is swept as soon as no other
-- process is awaited any more.
-- args: the node that ends, linger (ms).

local ending, linger_ms = args[1], tonumber(args[2])

local refused = refusal()
if refused then
  return refused
end

redis.call('DEL', key('node', ending), key('applied', ending))
if redis.call('EXISTS', key('owned', ending)) == 1 then
  redis.call('ZADD', key('nodes'), now + linger_ms, ending)
else
  redis.call('ZREM', key('nodes'), ending)
end
redis.call('SREM', key('returning'), ending)
if ending ~= node then
  redis.call('SADD', key('ended'), ending)
  redis.call('EXPIRE', key('ended'), MINUTE)
end
if redis.call('EXISTS', key('returning')) == 0 then
  for _, id in ipairs(redis.call('SMEMBERS', key('ended'))) do
    redis.call('ZADD', key('nodes'), 'XX', now, id)
  end
  redis.call('DEL', key('ended'))
end
if ending == node then
  return {redis.call('GET', key('epoch')), own_scripts, 0}
end
return done(0)
