// What must be one step in Redis. Times are the server's own, so that replicas need not agree on theirs.
// Each gets the prefix of all keys first: ARGV[1].

const NOW = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

const KEYS = `
local p = ARGV[1]
local live, started, ended, size = p .. 'live', p .. 'started', p .. 'ended', p .. 'size'
local function head(id) return p .. 'head:' .. id end
local function list(id) return p .. 'entries:' .. id end`;

/** Everything of a stream goes, and whoever reads it is told. */
const DROP = `
local function drop(id)
  local seen = redis.call('HMGET', head(id), 'client', 'key', 'bytes', 'asked')
  for _, set in ipairs({live, started, ended}) do redis.call('ZREM', set, id) end
  if not seen[1] then return 0 end
  redis.call('ZREM', p .. 'client:' .. seen[1], id)
  if seen[2] and redis.call('HGET', p .. 'keys:' .. seen[1], seen[2]) == id then
    redis.call('HDEL', p .. 'keys:' .. seen[1], seen[2])
  end
  redis.call('DECRBY', size, (seen[3] or 0) + (seen[4] or 0))
  redis.call('UNLINK', head(id), list(id))
  redis.call('PUBLISH', p .. 'orders:' .. id, 'gone')
  return 1
end`;

/** lease, owner, startedAt, id, client, idempotency key or '', asked bytes, field, value, … → known id or '' */
export const CREATE = `
${NOW} ${KEYS}
local id, client, key = ARGV[5], ARGV[6], ARGV[7]
if key ~= '' then
  local known = redis.call('HGET', p .. 'keys:' .. client, key)
  if known and redis.call('EXISTS', head(known)) == 1 then return known end
  redis.call('HSET', p .. 'keys:' .. client, key, id)
  redis.call('HSET', head(id), 'key', key)
end
redis.call('HSET', head(id), 'client', client, 'owner', ARGV[3], 'state', 'live', 'lastSeq', '-1',
  'bytes', '0', 'stop', '0', 'startedAtMs', ARGV[4], 'asked', ARGV[8], unpack(ARGV, 9))
redis.call('INCRBY', size, ARGV[8])
redis.call('ZADD', live, now + ARGV[2], id)
redis.call('ZADD', started, ARGV[4], id)
redis.call('ZADD', p .. 'client:' .. client, ARGV[4], id)
return ''`;

/**
 * For each write: id, owner, seq of the first entry, number of entries, bytes, state or '', endedAt,
 * entry, … → 1 or 0 for each. A write that came before is known by its first entry. Where the list of
 * entries is shorter than what was kept, Redis has lost some: then nobody may go on as if it had not.
 */
export const APPEND = `
${KEYS} ${DROP}
local function append(at, count)
  local id, first, bytes, state = ARGV[at], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 4]), ARGV[at + 5]
  local seen = redis.call('HMGET', head(id), 'owner', 'state')
  if seen[1] ~= ARGV[at + 1] then return 0 end
  local have = redis.call('LLEN', list(id))
  local skip = 0
  if count > 0 then
    if first > have then
      drop(id)
      return 0
    end
    skip = have - first
    if skip > 0 and redis.call('LINDEX', list(id), first) ~= ARGV[at + 7] then return 0 end
    if skip >= count and (state == '' or state == seen[2]) then return 1 end
  end
  if seen[2] ~= 'live' then return 0 end
  for i = at + 7, at + 6 + skip do
    bytes = bytes - #ARGV[i] + string.match(ARGV[i], '^%d+ %S+ ()') - 1
  end
  for i = at + 7 + skip, at + 6 + count, 1000 do
    redis.call('RPUSH', list(id), unpack(ARGV, i, math.min(i + 999, at + 6 + count)))
  end
  redis.call('HSET', head(id), 'lastSeq', redis.call('LLEN', list(id)) - 1)
  redis.call('HINCRBY', head(id), 'bytes', math.max(0, bytes))
  redis.call('INCRBY', size, math.max(0, bytes))
  if state ~= '' then
    redis.call('HSET', head(id), 'state', state, 'endedAtMs', ARGV[at + 6])
    redis.call('ZREM', live, id)
    redis.call('ZADD', ended, ARGV[at + 6], id)
  end
  redis.call('PUBLISH', p .. 'news:' .. id, 'entries')
  return 1
end
local kept, at = {}, 2
while at <= #ARGV do
  local count = tonumber(ARGV[at + 3])
  kept[#kept + 1] = append(at, count)
  at = at + 7 + count
end
return kept`;

/** id, after, bytes, field, … → false, or the fields and the entries */
export const READ = `
${KEYS}
local id, after, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local seen = redis.call('HMGET', head(id), unpack(ARGV, 5))
if not seen[1] then return false end
local last, bytes = unpack(redis.call('HMGET', head(id), 'lastSeq', 'bytes'))
last = tonumber(last)
local have = redis.call('LLEN', list(id))
if have ~= last + 1 then return false end
local entries = {}
if after < last then
  local count = math.min(1000, math.max(1, math.floor(most * have / math.max(1, bytes))))
  local sum = 0
  for _, entry in ipairs(redis.call('LRANGE', list(id), after + 1, after + count)) do
    if sum > 0 and sum + #entry > most then break end
    sum = sum + #entry
    entries[#entries + 1] = entry
  end
end
return {seen, entries}`;

/** owner, lease, id, … → ids that are lost */
export const RENEW = `
${NOW} ${KEYS}
local lost = {}
for i = 4, #ARGV do
  local seen = redis.call('HMGET', head(ARGV[i]), 'owner', 'state')
  if seen[1] == ARGV[2] and seen[2] == 'live' then redis.call('ZADD', live, now + ARGV[3], ARGV[i])
  else lost[#lost + 1] = ARGV[i] end
end
return lost`;

/** owner, lease, limit, '1' for released ones only → ids */
export const CLAIM = `
${NOW} ${KEYS} ${DROP}
local till = now
if ARGV[5] == '1' then till = 0 end
local mine = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', live, '-inf', till, 'LIMIT', 0, ARGV[4])) do
  if redis.call('EXISTS', head(id)) == 0 then drop(id)
  else
    redis.call('HSET', head(id), 'owner', ARGV[2])
    redis.call('ZADD', live, now + ARGV[3], id)
    mine[#mine + 1] = id
  end
end
return mine`;

/** owner, id, … */
export const RELEASE = `
${KEYS}
for i = 3, #ARGV do
  if redis.call('HGET', head(ARGV[i]), 'owner') == ARGV[2] then redis.call('ZADD', live, 'XX', 0, ARGV[i]) end
end
return 1`;

/** id → 1 if it is live */
export const STOP = `
${KEYS}
if redis.call('HGET', head(ARGV[2]), 'state') ~= 'live' then return 0 end
redis.call('HSET', head(ARGV[2]), 'stop', '1')
redis.call('PUBLISH', p .. 'orders:' .. ARGV[2], 'stop')
return 1`;

/** id */
export const REMOVE = `${KEYS} ${DROP} return drop(ARGV[2])`;

/** age, bytes, streams, now, limit → how many went */
export const SWEEP = `
${KEYS} ${DROP}
local oldest = redis.call('ZRANGE', ended, 0, ARGV[6] - 1, 'WITHSCORES')
local gone = 0
for i = 1, #oldest, 2 do
  local isOld = ARGV[5] - oldest[i + 1] > tonumber(ARGV[2])
  local isMuch = tonumber(redis.call('GET', size) or 0) > tonumber(ARGV[3])
  if not isOld and not isMuch and redis.call('ZCARD', started) <= tonumber(ARGV[4]) then break end
  drop(oldest[i])
  gone = gone + 1
end
return gone`;

/** key, cost, limit, window → ok, left, retryAfter */
export const TAKE = `
${NOW}
local bucket = ARGV[1] .. 'take:' .. ARGV[2]
local cost, limit, window = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local seen = redis.call('HMGET', bucket, 'left', 'at')
local left = tonumber(seen[1]) or limit
left = math.min(limit, left + math.max(0, now - (tonumber(seen[2]) or now)) / window * limit)
local need = math.min(cost, limit)
local ok = cost <= 0 or left >= need or ARGV[6] == 'owe'
if ok then left = math.max(-limit, math.min(limit, left - cost)) end
redis.call('HSET', bucket, 'left', tostring(left), 'at', now)
redis.call('PEXPIRE', bucket, math.ceil(window * (2 + math.max(0, -left) / limit)))
if ok then return {1, tostring(left), 0} end
return {0, tostring(left), math.ceil((need - left) / limit * window)}`;

/** key, holder, limit, lease */
export const HOLD = `
${NOW}
local places = ARGV[1] .. 'hold:' .. ARGV[2]
redis.call('ZREMRANGEBYSCORE', places, '-inf', now)
local held = redis.call('ZSCORE', places, ARGV[3])
if not held and redis.call('ZCARD', places) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', places, now + ARGV[5], ARGV[3])
redis.call('PEXPIRE', places, ARGV[5] * 2)
return 1`;

/** place, id, version, body, changedAt */
export const PUT = `
local docs, order = ARGV[1] .. 'docs:' .. ARGV[2], ARGV[1] .. 'order:' .. ARGV[2]
local known = redis.call('HGET', docs, ARGV[3])
local version = 0
if known then version = tonumber(string.match(known, '^(%d+) ')) end
if version ~= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', docs, ARGV[3], (version + 1) .. ' ' .. ARGV[6] .. ' ' .. ARGV[5])
redis.call('ZADD', order, ARGV[6], ARGV[3])
return 1`;
