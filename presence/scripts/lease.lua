-- Take a lease for a new node, or renew it. Returns what was wrong with keys that are needed.
-- args: lease (ms), 'take', 'retake' (the process lost what it wrote) or 'renew', an epoch for the case that a new one
-- begins, the time (ms) in which servers come back after Redis took no writes, whether other nodes had trouble, too.

local lease_ms, verb, new_epoch, settle_ms = tonumber(args[1]), args[2], args[3], tonumber(args[4])
local was_shared = args[5] == '1'

if verb == 'renew' then
  local refused = refusal()
  if refused then
    return refused
  end
  redis.call('PEXPIRE', key('node', node), lease_ms)
else
  delete_mistyped('epoch', 'nodes', 'lingering', 'hiding', 'inputs', 'returning', 'ended')
  notice_a_pause(lease_ms, settle_ms)
  if was_shared then
    await_others(settle_ms)
  end
  redis.call('SET', key('node', node), 0, 'PX', lease_ms)
  redis.call('DEL', key('applied', node))
  if verb == 'retake' and redis.call('GET', key('epoch')) == own_epoch then
    redis.call('SET', key('epoch'), new_epoch)
  end
end
redis.call('ZADD', key('nodes'), now + lease_ms, node)
redis.call('SET', key('epoch'), new_epoch, 'NX')
return done(errors)
