-- The whole schema as it is after the last step, to read. The program runs the numbered files of steps/, and a test
-- asserts that they end in exactly this. Engine: SQLite 3.40 or newer.
--
-- Ids are AUTOINCREMENT: never used again. Times are UTC milliseconds. Words in CHECK constraints are those of
-- schemas/types/vocabulary.hpp; they are compared one by one, because SQLite fills a table of its own at each insert for
-- IN with more than two. Columns named `owner` and `lease_until` say which process works on a row, for a
-- store that several nodes share.

-- Which steps a database has seen.
CREATE TABLE schema_steps (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

-- Facts about the data as a whole: `epoch`.
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Numbers given out in commit order; `value` is the last one given.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('event_sequence', 0), ('ticket_number', 999);

-- Configured accounts of channels. connector_state is opaque and may be long, so it stands last; it may hold tokens, so it
-- is sealed by the master key that connector_state_key names (empty: not sealed yet).
CREATE TABLE inboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  connector TEXT NOT NULL,
  account TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  removed INTEGER NOT NULL CHECK (removed IN (0, 1)),
  health_state TEXT NOT NULL CHECK (health_state = 'healthy' OR health_state = 'degraded' OR health_state = 'unhealthy' OR
    health_state = 'disabled'),
  health_code TEXT NOT NULL,
  health_detail TEXT NOT NULL,
  health_since INTEGER NOT NULL,
  outbound_paused TEXT,
  owner TEXT NOT NULL DEFAULT '',
  lease_until INTEGER,
  version INTEGER NOT NULL,
  connector_state BLOB NOT NULL DEFAULT x''
, connector_state_key TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE agents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role = 'agent' OR role = 'lead' OR role = 'manager' OR role = 'admin'),
  all_inboxes INTEGER NOT NULL CHECK (all_inboxes IN (0, 1)),
  disabled_at INTEGER,
  rights_changed_at_sequence INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX agents_email ON agents (lower(email));

CREATE TABLE agent_inboxes (
  agent INTEGER NOT NULL REFERENCES agents (id),
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  PRIMARY KEY (agent, inbox)
) STRICT, WITHOUT ROWID;

-- Only the SHA-256 of a token is kept.
CREATE TABLE agent_tokens (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  agent INTEGER NOT NULL REFERENCES agents (id),
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE teams (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE team_members (
  team INTEGER NOT NULL REFERENCES teams (id),
  agent INTEGER NOT NULL REFERENCES agents (id),
  PRIMARY KEY (team, agent)
) STRICT, WITHOUT ROWID;

-- attributes: a JSON object of texts.
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  tier TEXT,
  language TEXT,
  attributes TEXT NOT NULL,
  merged_into INTEGER REFERENCES contacts (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;

-- How one inbox knows a contact.
CREATE TABLE identities (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact INTEGER NOT NULL REFERENCES contacts (id),
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  username TEXT NOT NULL,
  phone TEXT NOT NULL,
  verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
  unreachable_since INTEGER
) STRICT;
CREATE INDEX identities_contact ON identities (contact);

-- Every text by which an identity is found: its handle and its aliases, so that one lookup serves both.
CREATE TABLE identity_handles (
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  handle TEXT NOT NULL,
  identity INTEGER NOT NULL REFERENCES identities (id),
  PRIMARY KEY (inbox, handle)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_handles_identity ON identity_handles (identity);

-- What an undo needs. identities: a JSON array of ids, ascending.
CREATE TABLE contact_merges (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  into_contact INTEGER NOT NULL REFERENCES contacts (id),
  from_contact INTEGER NOT NULL REFERENCES contacts (id),
  identities TEXT NOT NULL,
  by_agent INTEGER NOT NULL REFERENCES agents (id),
  merged_at INTEGER NOT NULL,
  undone_at INTEGER
) STRICT;
CREATE INDEX contact_merges_into ON contact_merges (into_contact);

-- A conversation belongs to an identity; its contact is that identity's, its inbox too (kept here for the indexes).
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number INTEGER NOT NULL UNIQUE,
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  identity INTEGER NOT NULL REFERENCES identities (id),
  status TEXT NOT NULL CHECK (status = 'open' OR status = 'pending' OR status = 'snoozed' OR status = 'resolved' OR
    status = 'closed'),
  priority TEXT NOT NULL CHECK (priority = 'low' OR priority = 'normal' OR priority = 'high' OR priority = 'urgent'),
  category TEXT,
  subject TEXT NOT NULL,
  assignee INTEGER REFERENCES agents (id),
  team INTEGER REFERENCES teams (id),
  language TEXT,
  continues INTEGER REFERENCES conversations (id),
  snoozed_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_message_at INTEGER NOT NULL,
  last_customer_message_at INTEGER,
  unread INTEGER NOT NULL,
  reply_window_ends_at INTEGER,
  resolved_at INTEGER,
  version INTEGER NOT NULL
) STRICT;
-- The only index that an ordinary message moves. Lists over several statuses merge its runs.
CREATE INDEX conversations_recent ON conversations (status, last_message_at);
CREATE INDEX conversations_created ON conversations (created_at);
CREATE INDEX conversations_identity ON conversations (identity);
CREATE INDEX conversations_assignee ON conversations (assignee, status) WHERE assignee IS NOT NULL;

CREATE TABLE conversation_tags (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  tag TEXT NOT NULL,
  PRIMARY KEY (conversation, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_tags_tag ON conversation_tags (tag, conversation);

-- content: the JSON of schemas/json/content.hpp, empty when there is none. The delivery columns are of outgoing
-- messages only. author_id names a contact or an agent, by author_kind.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  direction TEXT NOT NULL CHECK (direction = 'in' OR direction = 'out' OR direction = 'internal'),
  kind TEXT NOT NULL CHECK (kind = 'text' OR kind = 'image' OR kind = 'audio' OR kind = 'video' OR kind = 'file' OR
    kind = 'sticker' OR kind = 'location' OR kind = 'contact' OR kind = 'interactive' OR kind = 'call' OR kind = 'unsupported' OR
    kind = 'activity'),
  note INTEGER NOT NULL CHECK (note IN (0, 1)),
  author_kind TEXT NOT NULL CHECK (author_kind = 'contact' OR author_kind = 'agent' OR author_kind = 'bot' OR
    author_kind = 'system'),
  author_id INTEGER NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  content TEXT NOT NULL,
  message_group TEXT,
  reply_to INTEGER REFERENCES messages (id),
  external_id TEXT,
  delivery_state TEXT CHECK (delivery_state = 'queued' OR delivery_state = 'sending' OR delivery_state = 'sent' OR
    delivery_state = 'delivered' OR delivery_state = 'read' OR delivery_state = 'failed' OR delivery_state = 'uncertain'),
  delivery_attempt INTEGER,
  delivery_reason_code TEXT,
  delivery_reason_detail TEXT,
  created_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  edited_at INTEGER,
  deleted_at INTEGER,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_conversation ON messages (conversation);
CREATE INDEX messages_external ON messages (inbox, external_id) WHERE external_id IS NOT NULL;
-- How many answers a rule gave lately, among any number of other messages.
CREATE INDEX messages_answered_by_rule ON messages (inbox, created_at) WHERE author_kind = 'system' AND direction = 'out';

-- Further provider ids of a reply that became several provider messages; the first is messages.external_id.
CREATE TABLE message_external_ids (
  message INTEGER NOT NULL REFERENCES messages (id),
  position INTEGER NOT NULL,
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  external_id TEXT NOT NULL,
  PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_external_ids_external ON message_external_ids (inbox, external_id);

CREATE TABLE reactions (
  message INTEGER NOT NULL REFERENCES messages (id),
  author_kind TEXT NOT NULL CHECK (author_kind = 'contact' OR author_kind = 'agent' OR author_kind = 'bot' OR
    author_kind = 'system'),
  author_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  reacted_at INTEGER NOT NULL,
  PRIMARY KEY (message, author_kind, author_id, position)
) STRICT, WITHOUT ROWID;

-- Receipts for provider ids that no message has yet.
CREATE TABLE parked_receipts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  external_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state = 'queued' OR state = 'sending' OR state = 'sent' OR state = 'delivered' OR state = 'read' OR
    state = 'failed' OR state = 'uncertain'),
  reason_code TEXT,
  reason_detail TEXT,
  reported_at INTEGER NOT NULL
) STRICT;
CREATE INDEX parked_receipts_external ON parked_receipts (inbox, external_id);

-- Edits, deletions and reactions that overtook what they are about; event is what connectors/sdk/inbound_json writes. No
-- foreign key to the original: it may be erased first, and then the change never counts.
CREATE TABLE parked_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  external_id TEXT NOT NULL,
  event TEXT NOT NULL,
  original INTEGER NOT NULL,
  parked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX parked_changes_external ON parked_changes (inbox, external_id);

-- Which messages name a message that is not here: a later one of that id, or that names the same, lands with them.
CREATE TABLE awaited_references (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  external_id TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES messages (id),
  noted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX awaited_references_external ON awaited_references (inbox, external_id);

-- message is absent while an upload waits to be attached; blob_hash is empty until the bytes are here. content_id: by
-- which it is shown inside its message's html (RFC 2392).
CREATE TABLE attachments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER REFERENCES messages (id),
  inbox INTEGER REFERENCES inboxes (id),
  uploader INTEGER REFERENCES agents (id),
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  size INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state = 'pending' OR state = 'ready' OR state = 'failed'),
  blob_hash TEXT NOT NULL,
  reference TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER,
  failure TEXT NOT NULL,
  created_at INTEGER NOT NULL
, content_id TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX attachments_message ON attachments (message) WHERE message IS NOT NULL;
CREATE INDEX attachments_unattached ON attachments (created_at) WHERE message IS NULL;
CREATE INDEX attachments_due ON attachments (coalesce(next_attempt_at, created_at)) WHERE state = 'pending';

-- How many attachments and raw originals refer to each file of blobs/. uploaded_at: the newest of them.
CREATE TABLE blobs (
  hash TEXT PRIMARY KEY,
  reference_count INTEGER NOT NULL CHECK (reference_count >= 0),
  uploaded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_orphaned ON blobs (uploaded_at) WHERE reference_count = 0;

-- What providers sent, byte for byte, for a set time. A large one is the blob that blob_hash names; body is empty then.
CREATE TABLE raw_originals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  mime TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  body BLOB NOT NULL
, blob_hash TEXT NOT NULL DEFAULT '') STRICT;

CREATE TABLE original_messages (
  original INTEGER NOT NULL REFERENCES raw_originals (id) ON DELETE CASCADE,
  message INTEGER NOT NULL REFERENCES messages (id),
  PRIMARY KEY (original, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX original_messages_message ON original_messages (message);

-- The keys by which repetitions are known. Those of messages last, others go after a time (the index is for that).
CREATE TABLE seen_events (
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  dedupe_key TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  lasting INTEGER NOT NULL DEFAULT 1 CHECK (lasting IN (0, 1)),
  PRIMARY KEY (inbox, dedupe_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_events_passing ON seen_events (seen_at) WHERE lasting = 0;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  original INTEGER NOT NULL REFERENCES raw_originals (id),
  reason_code TEXT NOT NULL,
  detail TEXT NOT NULL,
  received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX quarantine_inbox ON quarantine (inbox);
CREATE INDEX quarantine_original ON quarantine (original);

-- What is to be sent; a row is committed before the network is touched.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL REFERENCES messages (id),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  action TEXT NOT NULL CHECK (action = 'send' OR action = 'edit' OR action = 'erase' OR action = 'react'),
  -- own words: delivered and read are the message's; a row's work ends at sent
  state TEXT NOT NULL CHECK (state = 'queued' OR state = 'sending' OR state = 'sent' OR state = 'failed' OR
    state = 'uncertain'),
  attempt INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  held INTEGER NOT NULL CHECK (held IN (0, 1)),
  next_try_at INTEGER,
  owner TEXT NOT NULL,
  lease_until INTEGER,
  in_flight TEXT NOT NULL CHECK (in_flight = 'none' OR in_flight = 'repeatable' OR in_flight = 'unrepeatable'),
  payload TEXT NOT NULL,
  exchanges TEXT NOT NULL,
  correlation TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_message ON outbox (message);
CREATE INDEX outbox_correlation ON outbox (inbox, correlation) WHERE correlation <> '';
CREATE INDEX outbox_open ON outbox (state, inbox) WHERE state <> 'sent';
CREATE INDEX outbox_unfinished ON outbox (conversation) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_waiting ON outbox (next_try_at) WHERE state = 'queued' AND next_try_at IS NOT NULL;

-- The log. No foreign keys: it outlives what it speaks of. sequence comes from counters.
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
-- For if_seen, which asks for nothing but messages.
CREATE INDEX events_messages ON events (conversation) WHERE type = 'message.created' OR type = 'message.updated';

CREATE TABLE idempotency (
  principal INTEGER NOT NULL REFERENCES agents (id),
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  outcome TEXT NOT NULL,
  stored_at INTEGER NOT NULL,
  PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_stored ON idempotency (stored_at);

-- Who did what: ids and enums only. No foreign keys: it outlives what it speaks of.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  happened_at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind = 'contact' OR actor_kind = 'agent' OR actor_kind = 'bot' OR
    actor_kind = 'system'),
  actor_id INTEGER NOT NULL,
  action TEXT NOT NULL,
  object_type TEXT NOT NULL,
  object INTEGER NOT NULL,
  changes TEXT NOT NULL
) STRICT;

CREATE TABLE timers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind = 'end_snooze' OR kind = 'close_resolved' OR kind = 'announce_moved'),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  due_at INTEGER NOT NULL,
  owner TEXT NOT NULL DEFAULT '',
  lease_until INTEGER,
  UNIQUE (kind, conversation)
) STRICT;
CREATE INDEX timers_due ON timers (due_at);

-- Customers who connect to us by themselves: one row per visitor token, of which only the SHA-256 is kept.
CREATE TABLE visitors (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
  handle TEXT NOT NULL,
  identity INTEGER REFERENCES identities (id),
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  language TEXT NOT NULL,
  fields_given INTEGER NOT NULL CHECK (fields_given IN (0, 1)),
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  UNIQUE (inbox, token_hash)
) STRICT;
CREATE INDEX visitors_identity ON visitors (identity) WHERE identity IS NOT NULL;
-- For those who never wrote and are taken away after a while.
CREATE INDEX visitors_unused ON visitors (last_seen_at) WHERE identity IS NULL;

-- The sequence and the marks of a conversation that its customer follows by themselves.
CREATE TABLE chats (
  conversation INTEGER PRIMARY KEY REFERENCES conversations (id),
  last_seq INTEGER NOT NULL,
  delivered_seq INTEGER NOT NULL,
  read_seq INTEGER NOT NULL
) STRICT;

-- A message that appeared, or changed, in what the customer sees.
CREATE TABLE chat_entries (
  conversation INTEGER NOT NULL REFERENCES chats (conversation),
  seq INTEGER NOT NULL,
  message INTEGER NOT NULL REFERENCES messages (id),
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_entries_message ON chat_entries (message);

-- Whose an attachment was before it had a message, for quotas too.
CREATE TABLE visitor_uploads (
  attachment INTEGER PRIMARY KEY REFERENCES attachments (id) ON DELETE CASCADE,
  visitor INTEGER NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
  bytes INTEGER NOT NULL,
  uploaded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX visitor_uploads_visitor ON visitor_uploads (visitor, uploaded_at);

-- How far each kept connection of an inbox has read; the session's own words, stored with what it brought.
CREATE TABLE stream_states (
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  stream TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (inbox, stream)
) STRICT, WITHOUT ROWID;
