-- Take a lease for a new node, or renew it. Returns the epoch.
-- ARGV: node, lease (ms), 'take' or 'renew', an epoch for the case that there is none, the time (ms) in which servers
-- come back after Redis took no writes.

local node, lease_ms, verb, new_epoch, settle_ms = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5])

if verb == 'renew' and not leased(node) then
  return no_lease()
end

if verb == 'take' then
  notice_a_pause(lease_ms, settle_ms)
end
redis.call('SET', key('node', node), 1, 'PX', lease_ms)
redis.call('ZADD', key('nodes'), now + lease_ms, node)
redis.call('SET', key('epoch'), new_epoch, 'NX')
return redis.call('GET', key('epoch'))
