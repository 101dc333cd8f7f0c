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
CREATE INDEX events_conversation ON events (conversation) WHERE conversation IS NOT NULL;
