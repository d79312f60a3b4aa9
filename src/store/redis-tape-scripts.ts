// What must be one step of the tapes in Redis. Each script gets the prefix of all keys first: ARGV[1].

const KEYS = `
local p = ARGV[1]
local expiry = p .. 'tape-expiry'
local function tape(name) return p .. 'tape:' .. name end
local function list(id) return p .. 'tape-log:' .. id end
local function used(owner) return p .. 'tape-used:' .. owner end`;

const DROP = `
local function drop(name)
  local known = redis.call('HMGET', tape(name), 'id', 'owner', 'bytes')
  if not known[1] then return end
  redis.call('UNLINK', tape(name), list(known[1]))
  redis.call('ZREM', expiry, name)
  redis.call('HINCRBY', used(known[2]), 'bytes', 0 - known[3])
  if redis.call('HINCRBY', used(known[2]), 'tapes', -1) <= 0 then redis.call('DEL', used(known[2])) end
end`;

/**
 * tapes, bytes allowed, then for each change: name, seen or '', number of messages, id or '' to remove,
 * owner, mark, about, expires or '', message, … → kept, stale, many, large. All is looked at before
 * anything is changed. Where a list is not as long as was kept, Redis has lost something: then the tape is
 * gone, since nobody could tell what was in the gap.
 */
export const TAPE_COMMIT = `
${KEYS} ${DROP}
local tapesMax, bytesMax = tonumber(ARGV[2]), tonumber(ARGV[3])
local function bytesOf(at)
  local bytes = 0
  for i = at + 8, at + 7 + ARGV[at + 2] do bytes = bytes + #ARGV[i] end
  return bytes
end
local function refused(at)
  local name, id, owner = ARGV[at], ARGV[at + 3], ARGV[at + 4]
  local seen = redis.call('HMGET', tape(name), 'mark', 'length')
  if (seen[1] or '') ~= ARGV[at + 1] then return 'stale' end
  if id == '' then return nil end
  if seen[1] and redis.call('LLEN', list(id)) ~= tonumber(seen[2]) then
    drop(name)
    return 'stale'
  end
  local has = redis.call('HMGET', used(owner), 'tapes', 'bytes')
  if not seen[1] and tonumber(has[1] or 0) >= tapesMax then return 'many' end
  local bytes = bytesOf(at)
  if bytes > 0 and tonumber(has[2] or 0) + bytes > bytesMax then return 'large' end
end
local at = 4
while at <= #ARGV do
  local why = refused(at)
  if why then return why end
  at = at + 8 + ARGV[at + 2]
end
at = 4
while at <= #ARGV do
  local name, count, id, owner = ARGV[at], tonumber(ARGV[at + 2]), ARGV[at + 3], ARGV[at + 4]
  if id == '' then drop(name)
  else
    local expires, bytes = ARGV[at + 7], bytesOf(at)
    if redis.call('EXISTS', tape(name)) == 0 then redis.call('HINCRBY', used(owner), 'tapes', 1) end
    for i = at + 8, at + 7 + count do redis.call('RPUSH', list(id), ARGV[i]) end
    redis.call('HINCRBY', used(owner), 'bytes', bytes)
    redis.call('HINCRBY', tape(name), 'length', count)
    redis.call('HINCRBY', tape(name), 'bytes', bytes)
    redis.call('HSET', tape(name), 'id', id, 'owner', owner, 'mark', ARGV[at + 5],
      'about', ARGV[at + 6], 'expires', expires)
    if expires == '' then redis.call('ZREM', expiry, name)
    else redis.call('ZADD', expiry, expires, name) end
  end
  redis.call('PUBLISH', p .. 'tape-news:' .. name, 'entries')
  at = at + 8 + count
end
return 'kept'`;

/**
 * id, from, to (with it), bytes → messages. A few at first and more while they are small: one may be as
 * large as all others together.
 */
export const TAPE_READ = `
${KEYS}
local from, to, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local page, sum, step = {}, 0, 4
while from <= to and #page < 1000 do
  local some = redis.call('LRANGE', list(ARGV[2]), from, math.min(to, from + step - 1))
  if #some == 0 then return page end
  for _, message in ipairs(some) do
    if #page > 0 and sum + #message > most then return page end
    sum = sum + #message
    page[#page + 1] = message
  end
  from = from + #some
  step = step * 4
end
return page`;

/** name, id, expires */
export const TAPE_TOUCH = `
${KEYS}
local seen = redis.call('HMGET', tape(ARGV[2]), 'id', 'expires')
if seen[1] ~= ARGV[3] then return 0 end
if seen[2] ~= '' and tonumber(seen[2]) >= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', tape(ARGV[2]), 'expires', ARGV[4])
redis.call('ZADD', expiry, ARGV[4], ARGV[2])
return 1`;
