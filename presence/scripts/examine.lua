-- Compare the sets with one another and name what contradicts; a node that examines heals it too.
-- A node that is '' heals nothing, and writes nothing. args: a JSON array of ["person", user], ["place", topic, user],
-- ["node", id], ["owned", id, entry], ["lingering", entry], ["hiding", user] and ["key", name], and the time (ms) after
-- which what is due should have been done.
-- The reply has {what is wrong, key, member} of each contradiction beside what all replies have.

local items, grace_ms = cjson.decode(args[1]), tonumber(args[2])
local heals = node ~= ''

local refused = heals and refusal()
if refused then
  return refused
end

local contradictions = {}

local function contradict(wrong, name, member)
  contradictions[#contradictions + 1] = {wrong, name, member}
end

local function has(name, member)
  return redis.call('SISMEMBER', prefix .. name, member) == 1
end

-- Whether keys have the type that they should have. One that has not is deleted: what should be in it is said again.
-- But not a state: its user may want to be hidden, and must not be shown before that is said again.
local function are_sound(...)
  local sound = true
  for _, name in ipairs({...}) do
    local found = wrong_type(name)
    if found then
      contradict('mistyped', name, found)
      if heals and TYPES[name:match('^[^:]+')] ~= 'hash' then
        redis.call('DEL', prefix .. name)
      end
      sound = false
    end
  end
  return sound
end

local examine, known_nodes = {}, {}

-- A node that no sweep knows of would keep its people for ever.
function examine.node(id)
  if known_nodes[id] then
    return
  end
  known_nodes[id] = true
  if not are_sound('nodes', 'owned:' .. id) then
    return
  end
  local due = redis.call('ZSCORE', key('nodes'), id)
  if not due then
    contradict('absent', 'nodes', id)
    if heals then
      redis.call('ZADD', key('nodes'), now, id)
    end
  elseif tonumber(due) < now - grace_ms and not leased(id) then
    contradict('overdue', 'nodes', id)
  end
end

-- What a node does not own, it would never take away: it is given to the node, which drops what it does not hold.
local function examine_connection(topic, user, entry)
  local owner, connection = entry:match('^([^/]+)/(.+)$')
  local owned = owner and topic .. '|' .. user .. '|' .. connection
  if not owner then
    contradict('nonsense', 'conns:' .. topic .. ':' .. user, entry)
  elseif not has('owned:' .. owner, owned) then
    contradict('absent', 'owned:' .. owner, owned)
  end
  if owner then
    examine.node(owner)
  end
  if heals and owner then
    redis.call('SADD', key('owned', owner), owned)
  elseif heals then
    redis.call('SREM', key('conns', topic, user), entry)
  end
  return owner ~= nil
end

local function has_a_reason(topic, user)
  local found = false
  for _, entry in ipairs(redis.call('SMEMBERS', key('conns', topic, user))) do
    found = examine_connection(topic, user, entry) or found
  end
  return found or type(redis.pcall('ZSCORE', key('lingering'), topic .. '|' .. user)) == 'string'
end

-- Everything about a user on a topic follows from the connections and the state.
local function examine_place(topic, user)
  if not are_sound('conns:' .. topic .. ':' .. user, 'topics:' .. user, 'topic:' .. topic, 'state:' .. user) then
    return false
  end
  local present = has_a_reason(topic, user)
  local hidden, away, still_seen = state_of(user)
  local right = true

  local function expect(name, member, should, otherwise)
    local is = has(name, member)
    if is ~= should then
      contradict(is and (present and otherwise or 'unconnected') or 'absent', name, member)
      right = false
    end
  end

  expect('topics:' .. user, topic, present)
  if not still_seen or not present then -- else they may have come since they decided to hide
    expect('topic:' .. topic, user, present and not hidden, 'exposed')
  end
  if topic == ONLINE then
    local seen = not hidden and (not still_seen or has('topic:' .. ONLINE, user))
    expect('topic:' .. HIDDEN, user, present and hidden, 'unfounded')
    expect('topic:' .. AWAY, user, present and away and seen, hidden and 'exposed' or 'unfounded')
  end
  if not heals or right then
    return present
  elseif present then
    arrive(topic, user)
  else
    depart(topic, user)
  end
  return present
end

-- Who is in no list of the idle to be would never become idle.
local function examine_input(user)
  local idle = redis.call('HEXISTS', key('state', user), 'idle') == 1
  if not idle and not redis.call('ZSCORE', key('inputs'), user) then
    contradict('absent', 'inputs', user)
    if heals then
      note_input(user)
    end
  end
end

function examine.person(user)
  if not are_sound('topics:' .. user) then
    return
  end
  for _, topic in ipairs(redis.call('SMEMBERS', key('topics', user))) do
    local present = attempt(examine_place, topic, user)
    if present and topic == ONLINE then
      examine_input(user)
    end
  end
end

-- One that the person's own list has is examined with the person.
function examine.place(topic, user)
  if not are_sound('topics:' .. user) then
    return
  end
  if topic == AWAY or topic == HIDDEN then
    if not is_on(ONLINE, user) then
      contradict('unconnected', 'topic:' .. topic, user)
      if heals then
        put(topic, user, false)
      end
    end
  elseif not is_on(topic, user) then
    examine_place(topic, user)
  end
end

-- To take it back is for its node to do, or for a sweep.
function examine.owned(id, owned)
  local topic, user, connection = parts_of(owned)
  if not topic then
    contradict('nonsense', 'owned:' .. id, owned)
  elseif not has('conns:' .. topic .. ':' .. user, id .. '/' .. connection) then
    contradict('absent', 'conns:' .. topic .. ':' .. user, id .. '/' .. connection)
  end
end

function examine.lingering(entry)
  local due = redis.call('ZSCORE', key('lingering'), entry)
  local topic, user = entry:match('^([^|]+)|([^|]+)$')
  if not due then
    return
  elseif not topic then
    contradict('nonsense', 'lingering', entry)
  elseif not is_on(topic, user) then
    contradict('absent', 'topics:' .. user, topic)
  elseif tonumber(due) < now - grace_ms then
    contradict('overdue', 'lingering', entry)
  end
end

function examine.hiding(user)
  local due = redis.call('ZSCORE', key('hiding'), user)
  if not due then
    return
  elseif redis.call('HGET', key('state', user), 'hidden') ~= '1' then
    contradict('unfounded', 'hiding', user)
  elseif tonumber(due) < now - grace_ms then
    contradict('overdue', 'hiding', user)
  end
end

function examine.key(name)
  are_sound(name)
end

for _, item in ipairs(items) do
  local before = #errors
  attempt(examine[item[1]], unpack(item, 2))
  for index = before + 1, #errors do
    contradict('corrupt', table.concat(item, ':'), errors[index])
  end
end

local result = reply()
result[#result + 1] = contradictions
return heals and done(result) or {'', 0, result}
