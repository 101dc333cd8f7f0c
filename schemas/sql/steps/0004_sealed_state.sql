-- A connector's state may hold tokens: it is sealed, and this names the master key that opens it. Empty: not sealed yet;
-- the next start does it.
ALTER TABLE inboxes ADD COLUMN connector_state_key TEXT NOT NULL DEFAULT '';
