-- Undo what dead nodes own, let go of those who lingered long enough, hide those who decided so, and mark as
-- idle who had no input.
-- args: lease (ms), away (ms), how many of each kind to do at most, the time (ms) in which servers
-- come back after Redis took no writes.
-- The reply says whether there is more to do.

local lease_ms, away_ms, batch, settle_ms = tonumber(args[1]), tonumber(args[2]), tonumber(args[3]), tonumber(args[4])

local refused = refusal()
if refused then
  return refused
end

local function undo(owner, owned)
  local topic, user, connection = parts_of(owned)
  if not topic then
    return
  end
  local conns = key('conns', topic, user)
  local removed = redis.call('SREM', conns, owner .. '/' .. connection)
  -- Nothing removed: the connection was closed in order, and its user may be lingering.
  if removed == 1 and redis.call('EXISTS', conns) == 0 and not is_lingering(topic, user) then
    depart(topic, user)
  end
end

local function sweep_node(dead, limit)
  if leased(dead) then
    redis.call('ZADD', key('nodes'), now + lease_ms, dead)
    return 0
  end
  local owned = attempt(redis.call, 'SPOP', key('owned', dead), limit) or {}
  for _, entry in ipairs(owned) do
    attempt(undo, dead, entry)
  end
  count('swept_holds', #owned)
  if #owned < limit then
    redis.call('ZREM', key('nodes'), dead)
    count('swept_nodes', 1)
  end
  return #owned
end

local function sweep_nodes()
  local budget = batch
  for _, dead in ipairs(redis.call('ZRANGEBYSCORE', key('nodes'), '-inf', now, 'LIMIT', 0, batch)) do
    budget = budget - sweep_node(dead, budget)
    if budget == 0 then
      return true
    end
  end
end

-- Takes what is due off a sorted set, and hands each to `act`. True if there may be more.
local function take_due(name, due, act)
  local members = redis.call('ZRANGEBYSCORE', key(name), '-inf', due, 'LIMIT', 0, batch)
  for _, member in ipairs(members) do
    redis.call('ZREM', key(name), member)
    attempt(act, member)
  end
  return #members == batch
end

local function stop_lingering(member)
  local topic, user = member:match('^([^|]+)|([^|]+)$')
  if redis.call('EXISTS', key('conns', topic, user)) == 0 then
    depart(topic, user)
  end
end

local function stop_being_seen(user)
  end_hiding(user)
  show_everywhere(user)
end

local function become_idle(user)
  if is_on(ONLINE, user) then
    redis.call('HSET', key('state', user), 'idle', 1)
    show_away(user)
  end
end

delete_mistyped('lingering', 'hiding', 'inputs', 'returning', 'ended', 'done')
notice_a_pause(lease_ms, settle_ms)
count('sweeps', 1)
local more_nodes = attempt(sweep_nodes)
local more_lingering = attempt(take_due, 'lingering', now, stop_lingering)
local more_hiding = attempt(take_due, 'hiding', now, stop_being_seen)
local more_idle = attempt(take_due, 'inputs', now - away_ms, become_idle)
if not more_nodes and redis.call('EXISTS', key('returning')) == 0 then
  redis.call('DEL', key('unsettled'))
end
return done(reply(more_nodes or more_lingering or more_hiding or more_idle))
