-- For the look that a rule takes before it answers: how many answers it gave lately, among any number of other messages.
CREATE INDEX messages_answered_by_rule ON messages (inbox, created_at) WHERE author_kind = 'system' AND direction = 'out';
