-- What comes before what it is about. The indexes are for the looks that a new message takes, the second only where messages
-- refer to one another (email).

-- Edits, deletions and reactions that overtook their message: kept until it is here, for a week.
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
