-- Apply a batch of operations of one node, in order. A process repeats a batch that was not answered in time, and the
-- first try may arrive after those that followed: a batch whose number is not above the latest does nothing.
-- args: a JSON array, and the number of the batch. In the array are ["join", topic, user, connection],
-- ["leave", topic, user, connection, linger (ms)], ["linger", topic, user, linger (ms)], ["end_linger", topic, user],
-- ["expel", topic, user], ["touch", user], ["act", user, linger (ms)],
-- ["decide", user, hidden, away, version, linger (ms), whether it is news] and
-- ["disown", an entry of `owned`, linger (ms)].

local operations, batch = cjson.decode(args[1]), tonumber(args[2])

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

local function linger_until(topic, user, due)
  redis.call('ZADD', key('lingering'), 'GT', due, topic .. '|' .. user)
end

-- A lost connection lingers, also beside others that may be closed before it is over: then it keeps the user there.
-- A connection that leaves for certain (no linger) does not; but to leave must not show of a user who hides and is
-- still seen.
local function release(topic, user, entry, linger_ms)
  if redis.call('SREM', key('conns', topic, user), entry) == 0 then
    return
  end
  local still_seen_until = redis.call('ZSCORE', key('hiding'), user)
  if linger_ms > 0 then
    linger_until(topic, user, now + linger_ms)
  elseif redis.call('EXISTS', key('conns', topic, user)) == 1 or is_lingering(topic, user) then
    return
  elseif still_seen_until then
    linger_until(topic, user, still_seen_until)
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
    linger_until(topic, user, now + linger_ms)
  end
end

-- The user may not be on the topic any more: a linger, of a lost connection or of a user who is still seen, ends.
function apply.expel(topic, user)
  if redis.call('EXISTS', key('conns', topic, user)) == 0 then
    redis.call('ZREM', key('lingering'), topic .. '|' .. user)
    depart(topic, user)
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

function apply.end_linger(topic, user)
  if not is_still_seen(user) then
    apply.expel(topic, user)
  end
end

function apply.touch(user)
  if is_on(ONLINE, user) and is_still_seen(user) then
    redis.call('HSET', key('state', user), 'had_input', 1)
  elseif is_on(ONLINE, user) then
    note_input(user)
    show_away(user)
  end
end

-- Others see something that the user does: one who hides and is still seen stays so for a whole linger after it.
function apply.act(user, linger_ms)
  redis.call('ZADD', key('hiding'), 'XX', 'GT', now + linger_ms, user)
end

-- Of two decisions the one of the higher version holds; of equal ones, what was said last. What is no news was said
-- before, and perhaps something else since, on another node: it is no later than its equals.
function apply.decide(user, hidden, away, version, linger_ms, is_news)
  local state = key('state', user)
  local was_hidden, was_away, newest = unpack(redis.call('HMGET', state, 'hidden', 'away', 'version'))
  newest = tonumber(newest) or 0
  if was_hidden and (version < newest or version == newest and not is_news) then
    return
  end
  redis.call('HSET', state, 'hidden', hidden and 1 or 0, 'away', away and 1 or 0, 'version', version)
  local is_anywhere = redis.call('EXISTS', key('topics', user)) == 1
  if not is_anywhere then
    redis.call('EXPIRE', state, DAY)
  end
  if not hidden then
    end_hiding(user)
  elseif is_anywhere and linger_ms > 0 and was_hidden ~= '1' then
    redis.call('ZADD', key('hiding'), now + linger_ms, user)
    redis.call('HSET', state, 'seen_away', was_away or 0)
  end
  if was_away == '1' and not away and not hidden and is_on(ONLINE, user) then
    note_input(user) -- to say that one is back is input
  end
  show_everywhere(user)
end

if batch <= (tonumber(redis.call('GET', key('applied', node))) or 0) then
  return done(reply())
end
redis.call('SET', key('applied', node), batch, 'EX', MINUTE)
for _, operation in ipairs(operations) do
  attempt(apply[operation[1]], unpack(operation, 2))
end
return done(reply())
