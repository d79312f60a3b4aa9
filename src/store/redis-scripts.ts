// What must be one step in Redis. Times are the server's own, so that replicas need not agree on theirs.

const NOW = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

/** KEYS head, live, started, mine, key · ARGV lease, owner, startedAt, id, hasKey, field, value, … */
export const CREATE = `
${NOW}
if ARGV[5] == '1' then
  local known = redis.call('GET', KEYS[5])
  if known then return known end
  redis.call('SET', KEYS[5], ARGV[4])
end
redis.call('HSET', KEYS[1], unpack(ARGV, 6))
redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'state', 'live', 'lastSeq', '-1', 'bytes', '0', 'stop', '0')
redis.call('ZADD', KEYS[2], now + ARGV[1], ARGV[4])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[4])
redis.call('ZADD', KEYS[4], ARGV[3], ARGV[4])
return ''`;

/** KEYS head, entries, live, ended, size · ARGV owner, id, channel, lastSeq, bytes, state, endedAt, entry, … */
export const APPEND = `
local seen = redis.call('HMGET', KEYS[1], 'owner', 'state')
if seen[1] ~= ARGV[1] or seen[2] ~= 'live' then return 0 end
for i = 8, #ARGV, 1000 do redis.call('RPUSH', KEYS[2], unpack(ARGV, i, math.min(i + 999, #ARGV))) end
redis.call('HSET', KEYS[1], 'lastSeq', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'bytes', ARGV[5])
redis.call('INCRBY', KEYS[5], ARGV[5])
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[1], 'state', ARGV[6], 'endedAtMs', ARGV[7])
  redis.call('ZREM', KEYS[3], ARGV[2])
  redis.call('ZADD', KEYS[4], ARGV[7], ARGV[2])
end
redis.call('PUBLISH', ARGV[3], 'entries')
return 1`;

/** KEYS live · ARGV prefix of heads, owner, lease, id, … → ids that are lost */
export const RENEW = `
${NOW}
local lost = {}
for i = 4, #ARGV do
  local seen = redis.call('HMGET', ARGV[1] .. ARGV[i], 'owner', 'state')
  if seen[1] == ARGV[2] and seen[2] == 'live' then redis.call('ZADD', KEYS[1], 'XX', now + ARGV[3], ARGV[i])
  else lost[#lost + 1] = ARGV[i] end
end
return lost`;

/** KEYS live · ARGV prefix of heads, owner, lease, limit → ids */
export const CLAIM = `
${NOW}
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[4])
for _, id in ipairs(ids) do
  redis.call('HSET', ARGV[1] .. id, 'owner', ARGV[2])
  redis.call('ZADD', KEYS[1], now + ARGV[3], id)
end
return ids`;

/** KEYS live · ARGV prefix of heads, owner, id, … */
export const RELEASE = `
for i = 3, #ARGV do
  if redis.call('HGET', ARGV[1] .. ARGV[i], 'owner') == ARGV[2] then
    redis.call('ZADD', KEYS[1], 'XX', 0, ARGV[i])
  end
end
return 1`;

/** KEYS head · ARGV channel → 1 if it is live */
export const STOP = `
if redis.call('HGET', KEYS[1], 'state') ~= 'live' then return 0 end
redis.call('HSET', KEYS[1], 'stop', '1')
redis.call('PUBLISH', ARGV[1], 'stop')
return 1`;

/** KEYS head, entries, live, started, ended, size · ARGV id, prefix of clients, prefix of keys, channel */
export const REMOVE = `
local seen = redis.call('HMGET', KEYS[1], 'client', 'key', 'bytes')
if not seen[1] then return 0 end
redis.call('ZREM', ARGV[2] .. seen[1], ARGV[1])
if seen[2] then redis.call('DEL', ARGV[3] .. seen[1] .. '/' .. seen[2]) end
redis.call('DECRBY', KEYS[6], seen[3] or 0)
redis.call('DEL', KEYS[1], KEYS[2])
for i = 3, 5 do redis.call('ZREM', KEYS[i], ARGV[1]) end
redis.call('PUBLISH', ARGV[4], 'gone')
return 1`;

/** KEYS bucket · ARGV cost, limit, window → ok, left, retryAfter */
export const TAKE = `
${NOW}
local cost, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local seen = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(seen[1]) or limit
left = math.min(limit, left + (now - (tonumber(seen[2]) or now)) / window * limit)
local need = math.min(cost, limit)
local ok = cost <= 0 or left >= need
if ok then left = math.min(limit, left - cost) end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', now)
redis.call('PEXPIRE', KEYS[1], window * 2)
if ok then return {1, tostring(left), 0} end
return {0, tostring(left), math.ceil((need - left) / limit * window)}`;

/** KEYS places · ARGV holder, limit, lease */
export const HOLD = `
${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not held and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3] * 2)
return 1`;

/** KEYS docs, order · ARGV id, version, body, changedAt */
export const PUT = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
local version = 0
if known then version = tonumber(string.match(known, '^(%d+) ')) end
if version ~= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], (version + 1) .. ' ' .. ARGV[4] .. ' ' .. ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
return 1`;
