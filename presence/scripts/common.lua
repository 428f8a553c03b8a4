-- What all scripts share: this text stands before each of them.
--
-- KEYS[1] is the prefix of every key, so that all keys are in one slot. The clock is Redis' own: hosts disagree.

local ONLINE, AWAY = 'online', 'away'
local DAY = 86400 -- s

local prefix = KEYS[1]
local clock = redis.call('TIME')
local now_us = clock[1] * 1000000 + clock[2]
local now = math.floor(now_us / 1000) -- ms

local function key(...)
  return prefix .. table.concat({...}, ':')
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

-- The fence: a node without a lease may have been swept already, so nothing that it says counts.
local function leased(node)
  return redis.call('EXISTS', key('node', node)) == 1
end

local function no_lease()
  return redis.error_reply('NOLEASE the node has no lease')
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

-- The number starts at the time, not at 0: the key of a forgotten topic may expire without numbers coming twice.
local function bump(topic)
  local version = key('version', topic)
  redis.call('SET', version, now_us, 'NX')
  local number = redis.call('INCR', version)
  if redis.call('EXISTS', key('topic', topic)) == 1 then
    redis.call('PERSIST', version)
  else
    redis.call('EXPIRE', version, DAY)
  end
  return number
end

local function arrive_online(user)
  local state = key('state', user)
  redis.call('PERSIST', state)
  if redis.call('HEXISTS', state, 'away') == 1 then
    if redis.call('SADD', key('topic', AWAY), user) == 1 then
      changed(AWAY, user, true)
    end
  else
    redis.call('HSET', state, 'input', now)
    redis.call('ZADD', key('inputs'), now, user)
  end
end

-- The state outlives the person's stay, so that who comes back by a mere reconnect is still away.
local function depart_online(user)
  redis.call('ZREM', key('inputs'), user)
  if redis.call('SREM', key('topic', AWAY), user) == 1 then
    changed(AWAY, user, false)
  end
  redis.call('EXPIRE', key('state', user), DAY)
end

local function arrive(topic, user)
  if redis.call('SADD', key('topic', topic), user) == 1 then
    changed(topic, user, true)
    if topic == ONLINE then
      arrive_online(user)
    end
  end
end

local function depart(topic, user)
  if redis.call('SREM', key('topic', topic), user) == 1 then
    changed(topic, user, false)
    if topic == ONLINE then
      depart_online(user)
    end
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
        list[#list + 1] = {topic, bump(topic), joined, left}
      end)
    end
  end
  return {redis.call('GET', key('epoch')) or '', list, errors, more and 1 or 0}
end
