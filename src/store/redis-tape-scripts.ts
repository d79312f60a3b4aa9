// What must be one step of the tapes in Redis. Each script gets the prefix of all keys first: ARGV[1].

const KEYS = `
local p = ARGV[1]
local expiry = p .. 'tape-expiry'
local function tape(name) return p .. 'tape:' .. name end
local function list(id) return p .. 'tape-log:' .. id end
local function owned(owner) return p .. 'tapes:' .. owner end`;

/**
 * tapesMax, then for each change: name, seen or '', number of messages, id or '' to remove, owner, mark,
 * about, expires or '', message, … → kept, stale, full. All is looked at before anything is changed.
 */
export const TAPE_COMMIT = `
${KEYS}
local most = tonumber(ARGV[2])
local at = 3
while at <= #ARGV do
  local seen = redis.call('HGET', tape(ARGV[at]), 'mark') or ''
  if seen ~= ARGV[at + 1] then return 'stale' end
  if seen == '' and ARGV[at + 3] ~= '' and redis.call('SCARD', owned(ARGV[at + 4])) >= most then
    return 'full'
  end
  at = at + 8 + ARGV[at + 2]
end
at = 3
while at <= #ARGV do
  local name, count, id, expires = ARGV[at], tonumber(ARGV[at + 2]), ARGV[at + 3], ARGV[at + 7]
  if id == '' then
    local known = redis.call('HMGET', tape(name), 'id', 'owner')
    if known[1] then
      redis.call('UNLINK', tape(name), list(known[1]))
      redis.call('SREM', owned(known[2]), name)
      redis.call('ZREM', expiry, name)
    end
  else
    if redis.call('EXISTS', tape(name)) == 0 then
      redis.call('HSET', tape(name), 'length', 0, 'bytes', 0)
      redis.call('SADD', owned(ARGV[at + 4]), name)
    end
    local bytes = 0
    for i = at + 8, at + 7 + count do
      redis.call('RPUSH', list(id), ARGV[i])
      bytes = bytes + #ARGV[i]
    end
    redis.call('HINCRBY', tape(name), 'length', count)
    redis.call('HINCRBY', tape(name), 'bytes', bytes)
    redis.call('HSET', tape(name), 'id', id, 'owner', ARGV[at + 4], 'mark', ARGV[at + 5],
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
