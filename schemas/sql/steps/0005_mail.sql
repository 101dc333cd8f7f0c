-- What channels with kept connections need: their cursors, large originals, and images that a text shows.

-- How far each kept connection of an inbox has read; the session's own words.
CREATE TABLE stream_states (
  inbox INTEGER NOT NULL REFERENCES inboxes (id),
  stream TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (inbox, stream)
) STRICT, WITHOUT ROWID;

-- A large original is a blob; its body is empty then.
ALTER TABLE raw_originals ADD COLUMN blob_hash TEXT NOT NULL DEFAULT '';

-- By which an attachment is shown inside its message's html (RFC 2392).
ALTER TABLE attachments ADD COLUMN content_id TEXT NOT NULL DEFAULT '';
