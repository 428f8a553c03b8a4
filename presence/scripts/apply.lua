-- Apply a batch of operations of one node, in order.
-- args: a JSON array of ["join", topic, user, connection], ["leave", topic, user, connection, linger (ms)],
-- ["linger", topic, user, linger (ms)], ["touch", user], ["decide", user, hidden, away, version, whether it is news] and
-- ["disown", an entry of `owned`, linger (ms)].

local operations = cjson.decode(args[1])

local refused = refusal()
if refused then
  return refused
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

local function release(topic, user, entry, linger_ms)
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

function apply.leave(topic, user, connection, linger_ms)
  local owned, entry = entries(topic, user, connection)
  redis.call('SREM', key('owned', node), owned)
  release(topic, user, entry, linger_ms)
end

-- A connection of an earlier node of the same process was closed: that node's end is no reason to leave sooner.
function apply.linger(topic, user, linger_ms)
  if is_on(topic, user) then
    redis.call('ZADD', key('lingering'), 'GT', now + linger_ms, topic .. '|' .. user)
  end
end

-- As Redis has it, and the node has not: perhaps nothing that the node ever wrote.
function apply.disown(owned, linger_ms)
  local topic, user, connection = parts_of(owned)
  redis.call('SREM', key('owned', node), owned)
  if topic then
    release(topic, user, node .. '/' .. connection, linger_ms)
  end
end

function apply.touch(user)
  if is_on(ONLINE, user) then
    note_input(user)
    show_away(user)
  end
end

-- Of two decisions the one of the higher version holds; of equal ones, what was said last. What is no news was said
-- before, and perhaps something else since, on another node: it is no later than its equals.
function apply.decide(user, hidden, away, version, is_news)
  local state = key('state', user)
  local decided, was_away, newest = unpack(redis.call('HMGET', state, 'hidden', 'away', 'version'))
  newest = tonumber(newest) or 0
  if decided and (version < newest or version == newest and not is_news) then
    return
  end
  redis.call('HSET', state, 'hidden', hidden and 1 or 0, 'away', away and 1 or 0, 'version', version)
  local topics = redis.call('SMEMBERS', key('topics', user))
  if #topics == 0 then
    redis.call('EXPIRE', state, DAY)
  end
  if was_away == '1' and not away and is_on(ONLINE, user) then
    note_input(user) -- to say that one is back is input
  end
  for _, topic in ipairs(topics) do
    attempt(show, topic, user)
  end
end

for _, operation in ipairs(operations) do
  attempt(apply[operation[1]], unpack(operation, 2))
end
return done(reply())
