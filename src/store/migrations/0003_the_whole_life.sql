-- Everything that can happen to a contact: more fields, what stands beside it, and a log
-- that also tells what happened to no contact in particular.

ALTER TABLE contact ADD COLUMN business_id TEXT;
ALTER TABLE contact ADD COLUMN contact_type TEXT;
ALTER TABLE contact ADD COLUMN visitor_id TEXT;
-- milliseconds since 1970
ALTER TABLE contact ADD COLUMN last_session_activity_at INTEGER;
-- NULL where nothing was said
ALTER TABLE contact ADD COLUMN email_bounced INTEGER
    CONSTRAINT contact_email_bounced_known CHECK (email_bounced BETWEEN 0 AND 1);
ALTER TABLE contact ADD COLUMN email_unsubscribed INTEGER
    CONSTRAINT contact_email_unsubscribed_known CHECK (email_unsubscribed BETWEEN 0 AND 1);
-- JSON, NULL where there is nothing
ALTER TABLE contact ADD COLUMN followers TEXT
    CONSTRAINT contact_followers_json CHECK (followers IS NULL OR json_valid(followers));
ALTER TABLE contact ADD COLUMN offers TEXT
    CONSTRAINT contact_offers_json CHECK (offers IS NULL OR json_valid(offers));
ALTER TABLE contact ADD COLUMN products TEXT
    CONSTRAINT contact_products_json CHECK (products IS NULL OR json_valid(products));
ALTER TABLE contact ADD COLUMN attribution TEXT
    CONSTRAINT contact_attribution_json CHECK (attribution IS NULL OR json_valid(attribution));
ALTER TABLE contact ADD COLUMN last_attribution TEXT
    CONSTRAINT contact_last_attribution_json CHECK (last_attribution IS NULL OR json_valid(last_attribution));
-- A tombstone of which nothing is left and which nothing brings back.
ALTER TABLE contact ADD COLUMN erased_at INTEGER
    CONSTRAINT contact_erased_is_deleted CHECK (erased_at IS NULL OR state = 1);

-- Whether a custom field that has no definition is defined by its first value.
ALTER TABLE scope ADD COLUMN defines_fields INTEGER NOT NULL DEFAULT 1
    CONSTRAINT scope_defines_fields_known CHECK (defines_fields BETWEEN 0 AND 1);

-- The number up to which entries of the scope's log were deleted, 0 if none was.
ALTER TABLE scope ADD COLUMN changes_forgotten INTEGER NOT NULL DEFAULT 0;

-- What happened to a scope, and not to one contact of it, names none.
CREATE TABLE change_of_any (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    id      BLOB NOT NULL CONSTRAINT change_id_is_16_bytes CHECK (length(id) = 16),
    scope   INTEGER NOT NULL CONSTRAINT change_scope_exists REFERENCES scope (id),
    contact INTEGER CONSTRAINT change_contact_exists REFERENCES contact (id),
    at      INTEGER NOT NULL,
    op      TEXT NOT NULL CONSTRAINT change_op_not_empty CHECK (op <> ''),
    origin  TEXT,
    diff    TEXT NOT NULL CONSTRAINT change_diff_json CHECK (json_valid(diff))
) STRICT;

INSERT INTO change_of_any (seq, id, scope, contact, at, op, origin, diff)
SELECT seq, id, scope, contact, at, op, origin, diff FROM change ORDER BY seq;

DROP TABLE change;
ALTER TABLE change_of_any RENAME TO change;

CREATE INDEX change_by_scope ON change (scope);
CREATE INDEX change_by_contact ON change (contact) WHERE contact IS NOT NULL;

-- The rules of survivorship by which it was merged; NULL: the survivor's values first.
ALTER TABLE merge ADD COLUMN rules TEXT
    CONSTRAINT merge_rules_json CHECK (rules IS NULL OR json_valid(rules));

-- The number of the change by which it was undone.
ALTER TABLE merge ADD COLUMN undone_seq INTEGER;

-- What a merge brought, found when the merge is deleted with an erased contact. What nobody
-- brought is not in them.
CREATE INDEX identifier_by_merge ON identifier (brought_by) WHERE brought_by IS NOT NULL;
CREATE INDEX identifier_by_place_merge ON identifier (place_brought_by)
    WHERE place_brought_by IS NOT NULL;
CREATE INDEX merge_mark_by_merge ON merge_mark (merge);

-- Distinct marks and review pairs stay with the contacts for which they were made, and
-- count for whoever those lead to: an undone merge gives nothing back because nothing was
-- taken. What earlier versions moved to survivors goes back beside them.
INSERT INTO distinct_mark (one, other, marked_at)
SELECT min(merge.absorbed, pair.value ->> 'with'), max(merge.absorbed, pair.value ->> 'with'),
       pair.value ->> 'marked_at'
FROM merge, json_each(merge.pairs_before, '$.absorbed.distinct') AS pair
WHERE merge.undone_at IS NULL
ON CONFLICT DO NOTHING;

INSERT INTO review_pair (one, other, scope, since, reason, state)
SELECT min(merge.absorbed, pair.value ->> 'with'), max(merge.absorbed, pair.value ->> 'with'),
       merge.scope, pair.value ->> 'since', pair.value ->> 'reason', pair.value ->> 'state'
FROM merge, json_each(merge.pairs_before, '$.absorbed.review') AS pair
WHERE merge.undone_at IS NULL
ON CONFLICT DO NOTHING;

-- And from the survivors goes what a merge had brought them: what was there by then, and was
-- not theirs before.
DELETE FROM distinct_mark
WHERE EXISTS (
    SELECT 1 FROM merge
    WHERE merge.undone_at IS NULL AND merge.survivor IN (one, other)
      AND distinct_mark.marked_at <= merge.at
      AND NOT EXISTS (SELECT 1 FROM json_each(merge.pairs_before, '$.survivor.distinct') AS own
                      WHERE own.value ->> 'with' IN (one, other)));

DELETE FROM review_pair
WHERE EXISTS (
    SELECT 1 FROM merge
    WHERE merge.undone_at IS NULL AND merge.survivor IN (one, other)
      AND review_pair.since <= merge.at
      AND NOT EXISTS (SELECT 1 FROM json_each(merge.pairs_before, '$.survivor.review') AS own
                      WHERE own.value ->> 'with' IN (one, other)));

ALTER TABLE merge DROP COLUMN pairs_before;

-- Why a pair stands on the review queue, as JSON: the keys that both list, …
ALTER TABLE review_pair ADD COLUMN evidence TEXT
    CONSTRAINT review_pair_evidence_json CHECK (evidence IS NULL OR json_valid(evidence));

-- Keys that nobody holds, by their shape: `noreply@*`.
CREATE TABLE blocked_pattern (
    scope      INTEGER NOT NULL CONSTRAINT blocked_pattern_scope_exists REFERENCES scope (id),
    kind       INTEGER NOT NULL CONSTRAINT blocked_pattern_kind_known CHECK (kind BETWEEN 1 AND 3),
    pattern    TEXT NOT NULL CONSTRAINT blocked_pattern_not_empty CHECK (pattern <> ''),
    blocked_at INTEGER NOT NULL,
    CONSTRAINT blocked_pattern_primary_key PRIMARY KEY (scope, kind, pattern)
) STRICT, WITHOUT ROWID;

-- The pattern by which a key is blocked; NULL where the key itself was.
ALTER TABLE blocked_key ADD COLUMN pattern TEXT;

-- Notes, tasks and memories stay with the contact for which they were written, and belong
-- to whoever it leads to.
CREATE TABLE note (
    id         INTEGER PRIMARY KEY,
    uuid       BLOB NOT NULL CONSTRAINT note_uuid_is_16_bytes CHECK (length(uuid) = 16),
    contact    INTEGER NOT NULL CONSTRAINT note_contact_exists REFERENCES contact (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    title      TEXT,
    body       TEXT NOT NULL,
    colour     TEXT,
    pinned     INTEGER NOT NULL CONSTRAINT note_pinned_known CHECK (pinned BETWEEN 0 AND 1),
    author     TEXT
) STRICT;

CREATE UNIQUE INDEX note_uuid_unique ON note (uuid);
CREATE INDEX note_by_contact ON note (contact);

CREATE TABLE task (
    id          INTEGER PRIMARY KEY,
    uuid        BLOB NOT NULL CONSTRAINT task_uuid_is_16_bytes CHECK (length(uuid) = 16),
    contact     INTEGER NOT NULL CONSTRAINT task_contact_exists REFERENCES contact (id),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    title       TEXT NOT NULL,
    body        TEXT,
    due_at      INTEGER,
    completed   INTEGER NOT NULL CONSTRAINT task_completed_known CHECK (completed BETWEEN 0 AND 1),
    assigned_to TEXT
) STRICT;

CREATE UNIQUE INDEX task_uuid_unique ON task (uuid);
CREATE INDEX task_by_contact ON task (contact);

-- What an agent remembers of a contact: one for each persona, and one for each of its numbers.
CREATE TABLE memory (
    id              INTEGER PRIMARY KEY,
    uuid            BLOB NOT NULL CONSTRAINT memory_uuid_is_16_bytes CHECK (length(uuid) = 16),
    contact         INTEGER NOT NULL CONSTRAINT memory_contact_exists REFERENCES contact (id),
    -- 1 persona, 2 agent number
    kind            INTEGER NOT NULL CONSTRAINT memory_kind_known CHECK (kind BETWEEN 1 AND 2),
    name            TEXT NOT NULL CONSTRAINT memory_name_not_empty CHECK (name <> ''),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    summary         TEXT,
    -- JSON, NULL where there is nothing
    facts           TEXT CONSTRAINT memory_facts_json CHECK (facts IS NULL OR json_valid(facts)),
    open_items      TEXT CONSTRAINT memory_open_items_json CHECK (open_items IS NULL OR json_valid(open_items)),
    recent_messages TEXT CONSTRAINT memory_recent_messages_json CHECK (recent_messages IS NULL OR json_valid(recent_messages)),
    entities        TEXT CONSTRAINT memory_entities_json CHECK (entities IS NULL OR json_valid(entities)),
    history         TEXT CONSTRAINT memory_history_json CHECK (history IS NULL OR json_valid(history)),
    CONSTRAINT memory_one_each UNIQUE (contact, kind, name)
) STRICT;

CREATE UNIQUE INDEX memory_uuid_unique ON memory (uuid);

-- Definitions of custom fields.
CREATE TABLE custom_field (
    id          INTEGER PRIMARY KEY,
    uuid        BLOB NOT NULL CONSTRAINT custom_field_uuid_is_16_bytes CHECK (length(uuid) = 16),
    scope       INTEGER NOT NULL CONSTRAINT custom_field_scope_exists REFERENCES scope (id),
    -- the name under which a contact has it
    name        TEXT NOT NULL CONSTRAINT custom_field_name_not_empty CHECK (name <> ''),
    label       TEXT,
    type        TEXT NOT NULL CONSTRAINT custom_field_type_not_empty CHECK (type <> ''),
    -- JSON, NULL where any value will do
    options     TEXT CONSTRAINT custom_field_options_json CHECK (options IS NULL OR json_valid(options)),
    placeholder TEXT,
    position    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    CONSTRAINT custom_field_one_name UNIQUE (scope, name)
) STRICT;

CREATE UNIQUE INDEX custom_field_uuid_unique ON custom_field (uuid);
