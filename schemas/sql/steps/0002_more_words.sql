-- New words. A CHECK cannot be changed in place, so the rows move into a table with the new ones.

-- People are told of in the log: agent.created, agent.updated.
ALTER TABLE events RENAME TO events_before;
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY,
  type TEXT NOT NULL CHECK (type = 'conversation.created' OR type = 'conversation.updated' OR type = 'message.created' OR
    type = 'message.updated' OR type = 'message.delivery' OR type = 'contact.created' OR type = 'contact.updated' OR
    type = 'contact.merged' OR type = 'inbox.health' OR type = 'agent.created' OR type = 'agent.updated'),
  inbox INTEGER,
  conversation INTEGER,
  object INTEGER NOT NULL,
  version INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind = 'contact' OR actor_kind = 'agent' OR actor_kind = 'bot' OR
    actor_kind = 'system'),
  actor_id INTEGER NOT NULL,
  cause TEXT NOT NULL,
  changes TEXT NOT NULL,
  happened_at INTEGER NOT NULL
) STRICT;
INSERT INTO events (sequence, type, inbox, conversation, object, version, actor_kind, actor_id, cause, changes, happened_at)
  SELECT sequence, type, inbox, conversation, object, version, actor_kind, actor_id, cause, changes, happened_at
  FROM events_before ORDER BY sequence;
DROP TABLE events_before;
-- For if_seen, which asks for nothing but messages.
CREATE INDEX events_messages ON events (conversation) WHERE type = 'message.created' OR type = 'message.updated';

-- A merge or split of contacts announces what moved in several commands: announce_moved.
ALTER TABLE timers RENAME TO timers_before;
CREATE TABLE timers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind = 'end_snooze' OR kind = 'close_resolved' OR kind = 'announce_moved'),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  due_at INTEGER NOT NULL,
  owner TEXT NOT NULL DEFAULT '',
  lease_until INTEGER,
  UNIQUE (kind, conversation)
) STRICT;
INSERT INTO timers (id, kind, conversation, due_at, owner, lease_until)
  SELECT id, kind, conversation, due_at, owner, lease_until FROM timers_before;
DROP TABLE timers_before;
CREATE INDEX timers_due ON timers (due_at);

-- Keys of receipts, reactions and the like go after a time; of those that are there already nobody knows which are.
ALTER TABLE seen_events ADD COLUMN lasting INTEGER NOT NULL DEFAULT 1 CHECK (lasting IN (0, 1));
CREATE INDEX seen_events_passing ON seen_events (seen_at) WHERE lasting = 0;
