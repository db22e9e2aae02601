-- The first schema. A migration that has been released is never edited: what changes
-- later stands in the next file.

PRAGMA application_id = 1263420996; -- "KNFD"

-- What the store knows of itself: its id, the version of its key rules, …
CREATE TABLE property (
    name  TEXT NOT NULL CONSTRAINT property_primary_key PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Organisation and location. No location is the empty text, never NULL: NULLs are
-- distinct to UNIQUE.
CREATE TABLE scope (
    id       INTEGER PRIMARY KEY,
    org      TEXT NOT NULL CONSTRAINT scope_org_not_empty CHECK (org <> ''),
    location TEXT NOT NULL,
    CONSTRAINT scope_unique UNIQUE (org, location)
) STRICT;

-- A contact, a tombstone, or the stub that leads from an absorbed one to its survivor.
CREATE TABLE contact (
    id             INTEGER PRIMARY KEY,
    uuid           BLOB NOT NULL CONSTRAINT contact_uuid_is_16_bytes CHECK (length(uuid) = 16),
    scope          INTEGER NOT NULL CONSTRAINT contact_scope_exists REFERENCES scope (id),
    -- 0 live, 1 deleted, 2 absorbed
    state          INTEGER NOT NULL DEFAULT 0 CONSTRAINT contact_state_known CHECK (state IN (0, 1, 2)),
    survivor       INTEGER CONSTRAINT contact_survivor_exists REFERENCES contact (id),
    version        INTEGER NOT NULL CONSTRAINT contact_version_positive CHECK (version > 0),
    -- milliseconds since 1970
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    full_name      TEXT,
    given_name     TEXT,
    family_name    TEXT,
    line1          TEXT,
    city           TEXT,
    state_region   TEXT,
    postal_code    TEXT,
    country        TEXT,
    company        TEXT,
    website        TEXT,
    gender         TEXT,
    date_of_birth  TEXT,
    timezone       TEXT,
    description    TEXT,
    source         TEXT,
    assigned_to    TEXT,
    -- JSON, NULL where there is nothing
    tags           TEXT CONSTRAINT contact_tags_json CHECK (tags IS NULL OR json_valid(tags)),
    custom_fields  TEXT CONSTRAINT contact_custom_fields_json CHECK (custom_fields IS NULL OR json_valid(custom_fields)),
    metadata       TEXT CONSTRAINT contact_metadata_json CHECK (metadata IS NULL OR json_valid(metadata)),
    do_not_disturb TEXT CONSTRAINT contact_do_not_disturb_json CHECK (do_not_disturb IS NULL OR json_valid(do_not_disturb)),
    CONSTRAINT contact_absorbed_has_survivor CHECK ((state = 2) = (survivor IS NOT NULL)),
    CONSTRAINT contact_is_not_its_survivor CHECK (survivor IS NOT id)
) STRICT;

CREATE UNIQUE INDEX contact_uuid_unique ON contact (uuid);
CREATE INDEX contact_live_by_scope ON contact (scope) WHERE state = 0;
CREATE INDEX contact_by_survivor ON contact (survivor) WHERE survivor IS NOT NULL;

-- Who lists which key. The contacts that list one key stand in line by their place;
-- the first live one holds the key, unless it is blocked.
CREATE TABLE identifier (
    id               INTEGER PRIMARY KEY,
    scope            INTEGER NOT NULL CONSTRAINT identifier_scope_exists REFERENCES scope (id),
    -- 1 phone, 2 email, 3 external id
    kind             INTEGER NOT NULL CONSTRAINT identifier_kind_known CHECK (kind IN (1, 2, 3)),
    key              TEXT NOT NULL CONSTRAINT identifier_key_not_empty CHECK (key <> ''),
    contact          INTEGER NOT NULL CONSTRAINT identifier_contact_exists REFERENCES contact (id),
    -- Given once: the number of the change by which the contact joined the line, times
    -- 2^20 to leave room right behind it; the negative for one that was put to the front.
    place            INTEGER NOT NULL,
    holds            INTEGER NOT NULL CONSTRAINT identifier_holds_known CHECK (holds IN (0, 1)),
    -- the order among the contact's own identifiers of this kind
    position         INTEGER NOT NULL,
    verified         INTEGER NOT NULL CONSTRAINT identifier_verified_known CHECK (verified IN (0, 1)),
    -- what was typed, NULL where it is the key
    raw              TEXT,
    region           TEXT,
    -- the merges that brought the row, and its present place in line
    brought_by       INTEGER CONSTRAINT identifier_merge_exists REFERENCES merge (id),
    place_brought_by INTEGER CONSTRAINT identifier_place_merge_exists REFERENCES merge (id)
) STRICT;

-- A key has at most one holder.
CREATE UNIQUE INDEX identifier_one_holder ON identifier (scope, kind, key) WHERE holds = 1;
CREATE UNIQUE INDEX identifier_line ON identifier (scope, kind, key, place);
CREATE UNIQUE INDEX identifier_listed_once ON identifier (contact, kind, key);
-- A contact has at most one value for an external source.
CREATE UNIQUE INDEX identifier_one_value_per_source
    ON identifier (contact, substr(key, 1, instr(key, ':'))) WHERE kind = 3;

-- Keys that nobody holds, because too many share them.
CREATE TABLE blocked_key (
    scope      INTEGER NOT NULL CONSTRAINT blocked_key_scope_exists REFERENCES scope (id),
    kind       INTEGER NOT NULL CONSTRAINT blocked_key_kind_known CHECK (kind IN (1, 2, 3)),
    key        TEXT NOT NULL,
    blocked_at INTEGER NOT NULL,
    CONSTRAINT blocked_key_primary_key PRIMARY KEY (scope, kind, key)
) STRICT, WITHOUT ROWID;

-- Every change, in order. AUTOINCREMENT: a number is never given twice.
CREATE TABLE change (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    id      BLOB NOT NULL CONSTRAINT change_id_is_16_bytes CHECK (length(id) = 16),
    scope   INTEGER NOT NULL CONSTRAINT change_scope_exists REFERENCES scope (id),
    contact INTEGER NOT NULL CONSTRAINT change_contact_exists REFERENCES contact (id),
    at      INTEGER NOT NULL,
    op      TEXT NOT NULL CONSTRAINT change_op_not_empty CHECK (op <> ''),
    origin  TEXT,
    diff    TEXT NOT NULL CONSTRAINT change_diff_json CHECK (json_valid(diff))
) STRICT;

CREATE INDEX change_by_scope ON change (scope);
CREATE INDEX change_by_contact ON change (contact);

-- The merge ledger: both contacts as they were, and what else the merge moved.
CREATE TABLE merge (
    id              INTEGER PRIMARY KEY,
    uuid            BLOB NOT NULL CONSTRAINT merge_uuid_is_16_bytes CHECK (length(uuid) = 16),
    scope           INTEGER NOT NULL CONSTRAINT merge_scope_exists REFERENCES scope (id),
    survivor        INTEGER NOT NULL CONSTRAINT merge_survivor_exists REFERENCES contact (id),
    absorbed        INTEGER NOT NULL CONSTRAINT merge_absorbed_exists REFERENCES contact (id),
    seq             INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    undone_at       INTEGER,
    survivor_before TEXT NOT NULL CONSTRAINT merge_survivor_json CHECK (json_valid(survivor_before)),
    absorbed_before TEXT NOT NULL CONSTRAINT merge_absorbed_json CHECK (json_valid(absorbed_before)),
    -- distinct marks and review pairs of both, as they were
    pairs_before    TEXT NOT NULL CONSTRAINT merge_pairs_json CHECK (json_valid(pairs_before)),
    CONSTRAINT merge_of_two CHECK (survivor <> absorbed)
) STRICT;

CREATE UNIQUE INDEX merge_uuid_unique ON merge (uuid);
CREATE INDEX merge_by_survivor ON merge (survivor);
CREATE INDEX merge_by_absorbed ON merge (absorbed);

-- The fields of a contact that a merge brought: company, tags.lead, metadata.channel, …
CREATE TABLE merge_mark (
    contact INTEGER NOT NULL CONSTRAINT merge_mark_contact_exists REFERENCES contact (id),
    field   TEXT NOT NULL,
    merge   INTEGER NOT NULL CONSTRAINT merge_mark_merge_exists REFERENCES merge (id),
    CONSTRAINT merge_mark_primary_key PRIMARY KEY (contact, field)
) STRICT, WITHOUT ROWID;

-- Pairs that are different people, whatever they share.
CREATE TABLE distinct_mark (
    one       INTEGER NOT NULL CONSTRAINT distinct_mark_one_exists REFERENCES contact (id),
    other     INTEGER NOT NULL CONSTRAINT distinct_mark_other_exists REFERENCES contact (id),
    marked_at INTEGER NOT NULL,
    CONSTRAINT distinct_mark_primary_key PRIMARY KEY (one, other),
    CONSTRAINT distinct_mark_in_order CHECK (one < other)
) STRICT, WITHOUT ROWID;

CREATE INDEX distinct_mark_by_other ON distinct_mark (other);

-- Pairs that may be one person, for somebody to decide.
CREATE TABLE review_pair (
    one    INTEGER NOT NULL CONSTRAINT review_pair_one_exists REFERENCES contact (id),
    other  INTEGER NOT NULL CONSTRAINT review_pair_other_exists REFERENCES contact (id),
    scope  INTEGER NOT NULL CONSTRAINT review_pair_scope_exists REFERENCES scope (id),
    since  INTEGER NOT NULL,
    -- conflict, duplicates, …
    reason TEXT NOT NULL,
    -- open, or what was decided
    state  TEXT NOT NULL DEFAULT 'open'
        CONSTRAINT review_pair_state_known CHECK (state IN ('open', 'merged', 'distinct', 'later')),
    CONSTRAINT review_pair_primary_key PRIMARY KEY (one, other),
    CONSTRAINT review_pair_in_order CHECK (one < other)
) STRICT, WITHOUT ROWID;

CREATE INDEX review_pair_by_other ON review_pair (other);
CREATE INDEX review_pair_open ON review_pair (scope, since) WHERE state = 'open';
