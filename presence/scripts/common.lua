-- What all scripts share: this text stands before each of them.
--
-- KEYS[1] is the prefix of every key, so that all keys are in one slot. The clock is Redis' own: hosts disagree.
-- ARGV begins with the node that calls, the epoch that it began in, and how many scripts it knows to have run in its
-- name; `args` has the rest.

local ONLINE, AWAY, HIDDEN = 'online', 'away', 'hidden'
local DAY, MINUTE = 86400, 60 -- s
local CLOCK_BACK = 1000 -- ms; less is no matter

local prefix = KEYS[1]
local node, own_epoch, own_scripts = ARGV[1], ARGV[2], tonumber(ARGV[3])
local args = {unpack(ARGV, 4)}
local clock = redis.call('TIME')
local now_us = clock[1] * 1000000 + clock[2]
local now = math.floor(now_us / 1000) -- ms

local function key(...)
  return prefix .. table.concat({...}, ':')
end

-- The topic, the user and the connection of an entry of `owned`; nothing, where it is none.
local function parts_of(owned)
  return owned:match('^([^|]+)|([^|]+)|(.+)$')
end

-- Errors of one operation must not lose the others: they are collected and handed back.
local errors = {}

local function attempt(operation, ...)
  local done, result = pcall(operation, ...)
  if not done then
    errors[#errors + 1] = type(result) == 'table' and result.err or tostring(result)
  end
  return done and result
end

local TYPES = {
  topic = 'set', conns = 'set', topics = 'set', owned = 'set', version = 'string', state = 'hash', node = 'string',
  nodes = 'zset', inputs = 'zset', lingering = 'zset', hiding = 'zset', swept = 'string', unsettled = 'string',
  returning = 'set', ended = 'set', applied = 'string', repairing = 'string', done = 'hash', epoch = 'string',
}

-- The type of a key, where it is another than it should be: something else wrote it.
local function wrong_type(name)
  local found = redis.call('TYPE', prefix .. name).ok
  return found ~= 'none' and found ~= TYPES[name:match('^[^:]+')] and found
end

-- Delete keys of another type, with which nothing could be done, and say so.
local function delete_mistyped(...)
  for _, name in ipairs({...}) do
    local found = wrong_type(name)
    if found then
      redis.call('DEL', prefix .. name)
      errors[#errors + 1] = 'WRONGTYPE ' .. name .. ' was a ' .. found .. ', and was deleted'
    end
  end
end

local function count(what, number)
  attempt(redis.call, 'HINCRBY', key('done'), what, number)
end

local function leased(node)
  return redis.call('EXISTS', key('node', node)) == 1
end

-- The fence: a node without a lease may have been swept already, and of one in another epoch, or of which fewer scripts
-- have run than it knows, what it wrote may be lost. Nothing that it says counts. Returns the error that says so.
local function refusal()
  local scripts = tonumber(redis.call('GET', key('node', node)))
  local is_other_epoch = own_epoch ~= '' and redis.call('GET', key('epoch')) ~= own_epoch
  if is_other_epoch or scripts and scripts < own_scripts then
    return redis.error_reply('LOSTDATA Redis lost everything, or was restored from an older state')
  elseif not scripts then
    return redis.error_reply('NOLEASE the node has no lease')
  end
end

-- What a script of a node returns.
local function done(result)
  return {redis.call('GET', key('epoch')), redis.call('INCR', key('node', node)), result}
end

local function postpone(name, until_)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key(name), '-inf', until_)) do
    redis.call('ZADD', key(name), until_, member)
  end
end

-- Redis' clock was set back: what is due at a time is due as much earlier. Leases and the like expire by that clock, too.
local function follow_clock(back_ms, lease_ms)
  for _, name in ipairs({'nodes', 'lingering', 'hiding', 'inputs'}) do
    local members = redis.call('ZRANGE', key(name), 0, -1, 'WITHSCORES')
    for index = 1, #members, 2 do
      redis.call('ZADD', key(name), members[index + 1] - back_ms, members[index])
    end
  end
  for _, id in ipairs(redis.call('ZRANGE', key('nodes'), 0, -1)) do
    redis.call('PEXPIRE', key('node', id), lease_ms)
  end
  redis.call('DEL', key('repairing'), key('unsettled'))
end

-- An outage that other nodes may have had, too: their processes are to come back and to end these nodes, but are not
-- awaited for long. Where Redis lost the nodes, nobody knows how many, and only the time counts.
local function await_others(settle_ms)
  if redis.call('EXISTS', key('returning')) == 1 then
    return
  end
  local ids = redis.call('ZRANGE', key('nodes'), 0, -1)
  for _, id in ipairs(#ids > 0 and ids or {'lost'}) do
    if id ~= node then
      redis.call('SADD', key('returning'), id)
    end
  end
  redis.call('PEXPIRE', key('returning'), settle_ms + math.floor(settle_ms / 2))
end

-- A gap between sweeps means that Redis took no writes, or that every server was away. A lease that ended meanwhile
-- proves nothing: its node gets the time of one lease to renew it. Users who linger, or are about to be hidden, get the
-- time in which servers come back; until these have swept what they had before, what is read is not to be believed.
local function notice_a_pause(lease_ms, settle_ms)
  local last = tonumber(redis.pcall('GET', key('swept')))
  redis.call('SET', key('swept'), now)
  if last and now < last - CLOCK_BACK then
    follow_clock(last - now, lease_ms)
  end
  if last and now - last > lease_ms / 2 then
    postpone('nodes', now + lease_ms)
    postpone('lingering', now + settle_ms)
    postpone('hiding', now + settle_ms)
    redis.call('SET', key('unsettled'), 1, 'PX', settle_ms + math.floor(settle_ms / 2))
    await_others(settle_ms)
  end
end

-- changes[topic][user] is true for who joined and false for who left; there and back again is no change.
local changes = {}

local function changed(topic, user, joined)
  local users = changes[topic] or {}
  changes[topic] = users
  if users[user] == not joined then
    users[user] = nil
  else
    users[user] = joined
  end
end

-- The number is the time, so that none comes twice: neither after the key of a forgotten topic has expired, nor after
-- Redis was restored from an older state. Returns the number before it, too.
local function bump(topic)
  local version = key('version', topic)
  local last = tonumber(redis.call('GET', version)) or 0
  local number = math.max(last + 1, now_us)
  redis.call('SET', version, string.format('%.0f', number))
  if redis.call('EXISTS', key('topic', topic)) == 0 then
    redis.call('EXPIRE', version, DAY)
  end
  return last, number
end

local function put(topic, user, present)
  if redis.call(present and 'SADD' or 'SREM', key('topic', topic), user) == 1 then
    changed(topic, user, present)
  end
end

local function is_on(topic, user)
  return redis.call('SISMEMBER', key('topics', user), topic) == 1
end

local function is_lingering(topic, user)
  return redis.call('ZSCORE', key('lingering'), topic .. '|' .. user) ~= false
end

-- Users who hide go on being seen for a linger, as users whose socket is lost: until then, nothing that they do shows.
local function is_still_seen(user)
  return redis.call('ZSCORE', key('hiding'), user) ~= false
end

-- Whether others see that the user is hidden, and away, by hand or for want of input; and whether the user hides and is
-- still seen: then others go on seeing a user who is away by hand if they did when the user decided to hide.
local function state_of(user)
  local state = redis.call('HMGET', key('state', user), 'hidden', 'away', 'idle', 'seen_away')
  local hidden, away, idle, seen_away = unpack(state)
  if hidden == '1' and is_still_seen(user) then
    return false, seen_away == '1' or idle == '1', true
  end
  return hidden == '1', away == '1' or idle == '1', false
end

local function show_away(user)
  local hidden, away, still_seen = state_of(user)
  if not still_seen or redis.call('SISMEMBER', key('topic', ONLINE), user) == 1 then
    put(AWAY, user, away and not hidden)
  end
end

-- The only way into a topic's set. The state is read before anything is shown: where it cannot be read, nothing is.
-- A user who hides and is still seen stays where others see them, and is seen nowhere else.
local function show(topic, user)
  local hidden, away, still_seen = state_of(user)
  if still_seen then
    return
  end
  put(topic, user, not hidden)
  if topic == ONLINE then
    put(HIDDEN, user, hidden)
    put(AWAY, user, away and not hidden)
  end
end

local function show_everywhere(user)
  for _, topic in ipairs(redis.call('SMEMBERS', key('topics', user))) do
    attempt(show, topic, user)
  end
end

local function note_input(user)
  redis.call('HDEL', key('state', user), 'idle')
  redis.call('HSET', key('state', user), 'input', now)
  redis.call('ZADD', key('inputs'), now, user)
end

-- The user is not "still seen" any more, but hidden, or visible again. Input meanwhile counts from now on.
local function end_hiding(user)
  local had_input = redis.call('HGET', key('state', user), 'had_input')
  redis.call('ZREM', key('hiding'), user)
  redis.call('HDEL', key('state', user), 'seen_away', 'had_input')
  if had_input and is_on(ONLINE, user) then
    note_input(user)
  end
end

local function arrive(topic, user)
  if redis.call('SADD', key('topics', user), topic) == 1 then
    redis.call('PERSIST', key('state', user))
    if topic == ONLINE and redis.call('HEXISTS', key('state', user), 'idle') == 0 then
      note_input(user)
    end
  end
  show(topic, user)
end

-- The state outlives the person's stay, so that who comes back by a mere reconnect is as they were.
local function depart(topic, user)
  redis.call('SREM', key('topics', user), topic)
  put(topic, user, false)
  if topic == ONLINE then
    put(HIDDEN, user, false)
    put(AWAY, user, false)
    redis.call('ZREM', key('inputs'), user)
  end
  if redis.call('EXISTS', key('topics', user)) == 0 then
    redis.call('EXPIRE', key('state', user), DAY)
  end
end

-- One version for each topic that changed, however many people came and went in this script.
local function reply(more)
  local list = {}
  for topic, users in pairs(changes) do
    if next(users) then
      attempt(function()
        local joined, left = {}, {}
        for user, is_here in pairs(users) do
          table.insert(is_here and joined or left, user)
        end
        local last, number = bump(topic)
        list[#list + 1] = {topic, last, number, joined, left}
      end)
    end
  end
  local epoch = redis.pcall('GET', key('epoch'))
  local awaits_others = redis.call('EXISTS', key('returning'))
  return {type(epoch) == 'string' and epoch or '', list, errors, more and 1 or 0, awaits_others}
end
