-- Apply a batch of operations of one node, in order.
-- ARGV: node, a JSON array of ["join", topic, user, connection], ["leave", topic, user, connection, linger (ms)] and
-- ["touch", user].

local node, operations = ARGV[1], cjson.decode(ARGV[2])

if not leased(node) then
  return no_lease()
end

local apply = {}

-- The node stands in the connection's entry, so that sweeping an old node cannot remove what a new one asserted.
local function entries(topic, user, connection)
  return topic .. '|' .. user .. '|' .. connection, node .. '/' .. connection
end

function apply.join(topic, user, connection)
  local owned, entry = entries(topic, user, connection)
  redis.call('SADD', key('owned', node), owned)
  redis.call('SADD', key('conns', topic, user), entry)
  redis.call('ZREM', key('lingering'), topic .. '|' .. user)
  arrive(topic, user)
end

function apply.leave(topic, user, connection, linger_ms)
  local owned, entry = entries(topic, user, connection)
  redis.call('SREM', key('owned', node), owned)
  local removed = redis.call('SREM', key('conns', topic, user), entry)
  if removed == 0 or redis.call('EXISTS', key('conns', topic, user)) == 1 then
    return
  end
  if linger_ms > 0 then
    redis.call('ZADD', key('lingering'), now + linger_ms, topic .. '|' .. user)
  else
    depart(topic, user)
  end
end

function apply.touch(user)
  if redis.call('SISMEMBER', key('topic', ONLINE), user) == 0 then
    return
  end
  redis.call('ZADD', key('inputs'), now, user)
  redis.call('HSET', key('state', user), 'input', now)
  redis.call('HDEL', key('state', user), 'away')
  if redis.call('SREM', key('topic', AWAY), user) == 1 then
    changed(AWAY, user, false)
  end
end

for _, operation in ipairs(operations) do
  attempt(apply[operation[1]], unpack(operation, 2))
end
return reply()
