-- Customers who connect to us by themselves, and each conversation as they see it.

-- One row per visitor token, of which only the SHA-256 is kept.
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
