-- The twin of domain.py, in one step for all replicas. Times in seconds, rates per minute.
-- KEYS: 1 the host's breaker, 2 the region's bucket, 3 the account's bucket,
--       4 accounts that asked, 5 accounts that were throttled
-- ARGV: 1 verb, 2 now ('' = the server's clock), 3 account, 4-6 budget, floor and burst of the region,
--       7-9 of the account, 10 outcome, 11 seconds Amazon asked to wait, 12-21 the constants
local KEEP = 172800
local WINDOW, CUT, STEP = tonumber(ARGV[12]), tonumber(ARGV[13]), tonumber(ARGV[14])
local TRIPS, FIRST, LONGEST = tonumber(ARGV[15]), tonumber(ARGV[16]), tonumber(ARGV[17])
local PROBE, BESIDE = tonumber(ARGV[18]), tonumber(ARGV[19])
local ACCOUNTS, SHARE = tonumber(ARGV[20]), tonumber(ARGV[21])
local now
if ARGV[2] == '' then
  local at = redis.call('TIME')
  now = tonumber(at[1]) + tonumber(at[2]) / 1000000
else
  now = tonumber(ARGV[2])
end

local function fmt(number) return string.format('%.6f', number) end

local function terms_of(first)
  return {budget = tonumber(ARGV[first]), floor = tonumber(ARGV[first + 1]), burst = tonumber(ARGV[first + 2])}
end

local function load(key, terms)
  local row = redis.call('HMGET', key, 'tokens', 'at', 'rate', 'until', 'cut_at', 'grown_at')
  if not row[1] then
    return {key = key, tokens = terms.burst, at = now, rate = terms.budget, till = 0, cut_at = 0, grown_at = now, terms = terms}
  end
  local bucket = {key = key, tokens = tonumber(row[1]), at = tonumber(row[2]), rate = tonumber(row[3]),
    till = tonumber(row[4]), cut_at = tonumber(row[5]), grown_at = tonumber(row[6]), terms = terms}
  -- Settings may have changed since.
  bucket.rate = math.max(terms.floor, math.min(terms.budget, bucket.rate))
  local at = math.max(now, bucket.at)
  local capacity = math.max(1, terms.burst * bucket.rate / terms.budget)
  bucket.tokens = math.min(capacity, bucket.tokens + (at - bucket.at) * bucket.rate / 60)
  bucket.at = at
  return bucket
end

local function save(bucket)
  redis.call('HSET', bucket.key, 'tokens', string.format('%.9f', bucket.tokens), 'at', fmt(bucket.at),
    'rate', string.format('%.9f', bucket.rate), 'until', fmt(bucket.till), 'cut_at', fmt(bucket.cut_at),
    'grown_at', fmt(bucket.grown_at))
  redis.call('EXPIRE', bucket.key, KEEP)
end

local function held(bucket)
  if bucket.till > now then return bucket.till - now, 'blocked' end
  if bucket.tokens < 1 - 1e-6 then return (1 - bucket.tokens) * 60 / bucket.rate, 'bucket' end
  return 0, ''
end

local function load_host()
  local row = redis.call('HMGET', KEYS[1], 'failures', 'openings', 'until', 'probe_until')
  return {failures = tonumber(row[1] or 0), openings = tonumber(row[2] or 0),
    till = tonumber(row[3] or 0), probe = tonumber(row[4] or 0)}
end

local function save_host(host)
  redis.call('HSET', KEYS[1], 'failures', host.failures, 'openings', host.openings,
    'until', fmt(host.till), 'probe_until', fmt(host.probe))
  redis.call('EXPIRE', KEYS[1], KEEP)
end

local function host_held(host)
  if host.failures < TRIPS then return 0, '' end
  if host.till > now then return host.till - now, 'host' end
  if host.probe > now then return math.min(BESIDE, host.probe - now), 'host' end
  return 0, ''
end

local function remember(key)
  redis.call('ZADD', key, fmt(now), ARGV[3])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', fmt(now - WINDOW))
  redis.call('EXPIRE', key, KEEP)
end

local function slow(bucket, wait)
  if now - bucket.cut_at >= WINDOW then
    bucket.rate = math.max(bucket.terms.floor, bucket.rate * CUT)
    bucket.cut_at = now
  end
  bucket.tokens = math.min(bucket.tokens, 0)
  bucket.till = math.max(bucket.till, now + wait)
  bucket.grown_at = now
  save(bucket)
end

local function grow(bucket)
  if now - bucket.grown_at < WINDOW then return end
  bucket.rate = math.min(bucket.terms.budget, bucket.rate + bucket.terms.budget * STEP)
  bucket.grown_at = now
  save(bucket)
end

local function told(bucket)
  return {fmt(bucket.tokens), fmt(bucket.rate), fmt(math.max(0, bucket.till - now))}
end

local region, account, host = load(KEYS[2], terms_of(4)), load(KEYS[3], terms_of(7)), load_host()

if ARGV[1] == 'look' then return told(region) end

if ARGV[1] == 'take' then
  local wait, why = host_held(host)
  if why == '' then wait, why = held(region) end
  if why == '' then wait, why = held(account) end
  if why ~= '' then return {fmt(wait), why} end
  if host.failures >= TRIPS then
    host.probe = now + PROBE
    save_host(host)
  end
  for _, bucket in ipairs({region, account}) do
    bucket.tokens = bucket.tokens - 1
    save(bucket)
  end
  remember(KEYS[4])
  return {fmt(0), ''}
end

if ARGV[10] == 'failed' then
  host.failures = host.failures + 1
  if host.failures >= TRIPS and host.till <= now then
    host.till = now + math.min(LONGEST, FIRST * 2 ^ host.openings)
    host.openings = math.min(host.openings + 1, 10)
    host.probe = 0
  end
  save_host(host)
  return told(region)
end
if host.failures > 0 then redis.call('DEL', KEYS[1]) end
if ARGV[10] == 'throttled' then
  remember(KEYS[5])
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', fmt(now - WINDOW))
  local throttled, active = redis.call('ZCARD', KEYS[5]), redis.call('ZCARD', KEYS[4])
  if throttled >= ACCOUNTS and throttled >= SHARE * active then slow(region, tonumber(ARGV[11])) end
  slow(account, tonumber(ARGV[11]))
else
  grow(region)
  grow(account)
end
return told(region)
