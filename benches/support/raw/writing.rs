//! What a resolve writes.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Statement, params};

use super::entry::{self, Entry, Listed};
use super::reading::{ContactRow, Situation};
use super::{EMAIL, EXTERNAL_ID, PHONE, Raw, keys, prepare};
use crate::support::people::Person;

/// Places that stay free behind each one in a line.
const ROOM_BEHIND: i64 = 1 << 20;

pub struct Statements<'connection> {
    insert_contact: Statement<'connection>,
    insert_identifier: Statement<'connection>,
    log: Statement<'connection>,
    set_last_change: Statement<'connection>,
    touch: Statement<'connection>,
    set_company: Statement<'connection>,
    unmark: Statement<'connection>,
    queue_review: Statement<'connection>,
    snapshot: Statement<'connection>,
    ledger: Statement<'connection>,
    move_identifiers: Statement<'connection>,
    unmark_all: Statement<'connection>,
    mark: Statement<'connection>,
    set_tags: Statement<'connection>,
    retire: Statement<'connection>,
    connection: &'connection Connection,
}

impl<'connection> Statements<'connection> {
    pub fn new(connection: &'connection Connection) -> Self {
        let prepare = |sql| prepare(connection, sql);
        Self {
            insert_contact: prepare(
                "INSERT INTO contact (uuid, scope, version, created_at, updated_at, given_name,
                     family_name, city, country, company, source, tags, metadata)
                 VALUES (?1, ?2, 1, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            ),
            insert_identifier: prepare(
                "INSERT INTO identifier
                     (contact, kind, key, scope, place, holds, position, verified)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)",
            ),
            log: prepare(
                "INSERT INTO change (id, scope, contact, at, op, diff)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            ),
            set_last_change: prepare("UPDATE contact SET last_change = ?2 WHERE id = ?1"),
            touch: prepare("UPDATE contact SET version = ?2, updated_at = ?3 WHERE id = ?1"),
            set_company: prepare(
                "UPDATE contact SET version = ?2, updated_at = ?3, company = ?4 WHERE id = ?1",
            ),
            unmark: prepare("DELETE FROM merge_mark WHERE contact = ?1 AND field = ?2"),
            queue_review: prepare(
                "INSERT INTO review_pair (one, other, scope, since, reason, evidence)
                 VALUES (?1, ?2, ?3, ?4, 'conflict', ?5) ON CONFLICT DO NOTHING",
            ),
            snapshot: prepare(SNAPSHOT),
            ledger: prepare(
                "INSERT INTO merge (uuid, scope, survivor, absorbed, seq, at,
                                    survivor_before, absorbed_before)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            ),
            move_identifiers: prepare(
                "UPDATE identifier SET contact = ?1, position = position + ?4,
                     brought_by = ?5, place_brought_by = NULL
                 WHERE contact = ?2 AND kind = ?3",
            ),
            unmark_all: prepare("DELETE FROM merge_mark WHERE contact = ?1"),
            mark: prepare(
                "INSERT INTO merge_mark (contact, field, merge) VALUES (?1, ?2, ?3)
                 ON CONFLICT (contact, field) DO UPDATE SET merge = excluded.merge",
            ),
            set_tags: prepare(
                "UPDATE contact SET version = ?2, updated_at = ?3, tags = ?4,
                     created_at = min(created_at, ?5) WHERE id = ?1",
            ),
            retire: prepare(
                "UPDATE contact SET state = 2, survivor = ?2, version = version + 1,
                     updated_at = ?3, last_change = ?4,
                     full_name = NULL, given_name = NULL, family_name = NULL, line1 = NULL,
                     city = NULL, state_region = NULL, postal_code = NULL, country = NULL,
                     company = NULL, website = NULL, gender = NULL, date_of_birth = NULL,
                     timezone = NULL, description = NULL, source = NULL, assigned_to = NULL,
                     tags = NULL, custom_fields = NULL, metadata = NULL, do_not_disturb = NULL,
                     business_id = NULL, contact_type = NULL, visitor_id = NULL,
                     followers = NULL, offers = NULL, products = NULL, email_bounced = NULL,
                     email_unsubscribed = NULL, last_session_activity_at = NULL,
                     attribution = NULL, last_attribution = NULL
                 WHERE id = ?1",
            ),
            connection,
        }
    }
}

/// A contact's rows as the merge ledger keeps them.
const SNAPSHOT: &str = "
    SELECT json_object(
        'contact', (SELECT json_object(
             'version', version, 'created_at', created_at, 'updated_at', updated_at,
             'full_name', full_name, 'given_name', given_name, 'family_name', family_name,
             'line1', line1, 'city', city, 'state_region', state_region,
             'postal_code', postal_code, 'country', country, 'company', company,
             'website', website, 'gender', gender, 'date_of_birth', date_of_birth,
             'timezone', timezone, 'description', description, 'source', source,
             'assigned_to', assigned_to, 'tags', tags, 'custom_fields', custom_fields,
             'metadata', metadata, 'do_not_disturb', do_not_disturb,
             'business_id', business_id, 'contact_type', contact_type,
             'visitor_id', visitor_id, 'followers', followers, 'offers', offers,
             'products', products, 'email_bounced', email_bounced,
             'email_unsubscribed', email_unsubscribed,
             'last_session_activity_at', last_session_activity_at,
             'attribution', attribution, 'last_attribution', last_attribution)
             FROM contact WHERE id = ?1),
        'identifiers', (SELECT json_group_array(json_object(
             'kind', kind, 'key', key, 'place', place, 'holds', holds,
             'position', position, 'verified', verified, 'raw', raw, 'region', region,
             'brought_by', brought_by, 'place_brought_by', place_brought_by))
             FROM (SELECT * FROM identifier WHERE contact = ?1 ORDER BY kind, position)),
        'marks', (SELECT json_group_array(json_object('field', field, 'merge', merge))
             FROM (SELECT * FROM merge_mark WHERE contact = ?1 ORDER BY field)))";

impl Raw<'_> {
    pub fn create(&mut self, person: &Person) {
        let keys = keys(person);
        let situation = self.reads.situation(&keys);
        assert!(situation.holders.is_empty() && !situation.blocked);
        let listed: Vec<_> = keys
            .iter()
            .map(|(kind, key)| listed(*kind, key, true))
            .collect();
        let mut log = Entry::new();
        log.new_name(person);
        for one in listed.chunk_by(|one, next| one.kind == next.kind) {
            log.added(one[0].kind, one.iter());
        }
        log.new_fields(person);
        self.add(&situation, person, &listed, log.finish());
    }

    /// A new contact with what it lists.
    fn add(
        &mut self,
        situation: &Situation,
        person: &Person,
        listed: &[Listed<'_>],
        log: String,
    ) -> i64 {
        let now = now();
        let mut tags = String::with_capacity(32);
        entry::tags(&mut tags, &person.tags);
        self.writes
            .insert_contact
            .execute(params![
                new_id(),
                situation.scope,
                now,
                person.given,
                person.family,
                person.city,
                person.country,
                person.company,
                person.source,
                tags,
                entry::metadata(person),
            ])
            .unwrap();
        let row = self.writes.connection.last_insert_rowid();
        let place = self.log(situation, row, now, "create", &log) * ROOM_BEHIND;
        for listed in listed {
            self.list(situation, row, listed, place, 1);
        }
        row
    }

    pub fn attach(&mut self, one: &Person, other: &Person) {
        let keys = [(PHONE, other.phone()), (EMAIL, &*one.email)];
        let situation = self.reads.situation(&keys);
        assert_eq!(situation.held_by, [None, Some(0), None]);
        let contact = &situation.holders[0];
        let listed = listed(PHONE, other.phone(), true);
        let mut log = Entry::new();
        log.added(PHONE, [&listed].into_iter());
        let now = now();
        let seq = self.log(&situation, contact.row, now, "update", &log.finish());
        let position = contact.behind(PHONE) + 1;
        self.list(
            &situation,
            contact.row,
            &listed,
            seq * ROOM_BEHIND,
            position,
        );
        self.touch(contact, now);
    }

    pub fn conflict(&mut self, one: &Person, other: &Person) {
        let keys = [(PHONE, other.phone()), (EMAIL, &*one.email)];
        let situation = self.reads.situation(&keys);
        let [Some(loser), Some(winner), None] = situation.held_by else {
            unreachable!("both keys are held")
        };
        assert!(loser != winner && situation.pairs == 0);
        let (winner, loser) = (&situation.holders[winner], &situation.holders[loser]);
        let listed = listed(PHONE, other.phone(), false);
        let mut log = Entry::new();
        log.added(PHONE, [&listed].into_iter());
        log.ids("review", &[loser.uuid]);
        let now = now();
        let seq = self.log(&situation, winner.row, now, "update", &log.finish());
        let position = winner.behind(PHONE) + 1;
        self.list(&situation, winner.row, &listed, seq * ROOM_BEHIND, position);
        self.touch(winner, now);
        self.queue_review(&situation, (winner.row, loser.row), other.phone(), now);
    }

    /// Somebody with the phone of `one` and an external id of their own.
    pub fn contradict(&mut self, one: &Person, other: &Person) {
        let id = other.external_id.as_deref().unwrap();
        let keys = [(PHONE, one.phone()), (EXTERNAL_ID, id)];
        let situation = self.reads.situation(&keys);
        let holder = &situation.holders[0];
        let source = &id[..=id.find(':').unwrap()];
        let contradicts = holder.listings.iter().any(|listing| {
            listing.kind == EXTERNAL_ID && listing.key.starts_with(source) && listing.key != id
        });
        assert!(contradicts && situation.held_by == [Some(0), None, None]);
        let listed = [
            listed(PHONE, one.phone(), false),
            listed(EXTERNAL_ID, id, true),
        ];
        let mut log = Entry::new();
        log.new_name(other);
        log.added(PHONE, listed[..1].iter());
        log.added(EXTERNAL_ID, listed[1..].iter());
        log.new_fields(other);
        log.ids("review", &[holder.uuid]);
        let row = self.add(&situation, other, &listed, log.finish());
        self.queue_review(&situation, (row, holder.row), one.phone(), now());
    }

    pub fn upsert(&mut self, one: &Person, other: &Person) {
        let situation = self.reads.situation(&[(EMAIL, &one.email)]);
        let contact = &situation.holders[0];
        let before = contact.texts[8].as_deref().unwrap();
        assert_ne!(before, other.company);
        let mut log = Entry::new();
        log.changed("company", before, &other.company);
        let now = now();
        self.log(&situation, contact.row, now, "update", &log.finish());
        self.writes
            .set_company
            .execute(params![
                contact.row,
                contact.version + 1,
                now,
                other.company
            ])
            .unwrap();
        self.writes
            .unmark
            .execute(params![contact.row, "company"])
            .unwrap();
    }

    /// Merges `other`, who has no external id, into `one`, who lacks none of the fields.
    pub fn merge(&mut self, one: &Person, other: &Person) {
        let keys = [(PHONE, other.phone()), (EMAIL, &*one.email)];
        let situation = self.reads.situation(&keys);
        let [Some(absorbed), Some(survivor), None] = situation.held_by else {
            unreachable!("both keys are held")
        };
        assert!(absorbed != survivor && situation.pairs == 0);
        let (to, from) = (&situation.holders[survivor], &situation.holders[absorbed]);
        let shared = from
            .listings
            .iter()
            .any(|listing| to.lists(listing.kind, &listing.key));
        let lacking = |column: usize| to.texts[column].is_none() && from.texts[column].is_some();
        assert!(!shared && !(0..16).chain(20..28).any(lacking));

        let own: Vec<&str> = serde_json::from_str(to.texts[16].as_deref().unwrap()).unwrap();
        let others: Vec<&str> = serde_json::from_str(from.texts[16].as_deref().unwrap()).unwrap();
        let brought: Vec<&str> = others
            .into_iter()
            .filter(|tag| !own.contains(tag))
            .collect();
        assert!(has_all_metadata(to, from));
        let mut tags = String::with_capacity(64);
        entry::tags(&mut tags, &[&own[..], &brought].concat());

        let merge = new_id();
        let mut log = Entry::new();
        for kind in [PHONE, EMAIL] {
            let listings = from.listings.iter().filter(|row| row.kind == kind);
            let listings: Vec<Listed<'_>> = listings.map(Listed::from).collect();
            log.added(kind, listings.iter());
        }
        if !brought.is_empty() {
            log.changed_json("tags", to.texts[16].as_deref().unwrap(), &tags);
        }
        if from.created_at < to.created_at {
            let [before, after] = [to, from].map(|contact| entry::moment(contact.created_at));
            log.changed("created_at", &before, &after);
        }
        log.absorbed(from);
        log.ids("merges", &[merge]);
        let now = now();
        let seq = self.log(&situation, to.row, now, "merge", &log.finish());

        let before = text(&mut self.writes.snapshot, to.row);
        let absorbed_before = text(&mut self.writes.snapshot, from.row);
        let ledger = params![
            merge,
            situation.scope,
            to.row,
            from.row,
            seq,
            now,
            before,
            absorbed_before
        ];
        self.writes.ledger.execute(ledger).unwrap();
        let ledger = self.writes.connection.last_insert_rowid();
        for kind in [PHONE, EMAIL] {
            let moved = params![to.row, from.row, kind, to.behind(kind), ledger];
            self.writes.move_identifiers.execute(moved).unwrap();
        }
        self.writes.unmark_all.execute([from.row]).unwrap();
        for tag in brought {
            let mark = params![to.row, format!("tags.{}", tag.to_lowercase()), ledger];
            self.writes.mark.execute(mark).unwrap();
        }
        let survivor = params![to.row, to.version + 1, now, tags, from.created_at];
        self.writes.set_tags.execute(survivor).unwrap();
        self.writes
            .retire
            .execute(params![from.row, to.row, now, seq])
            .unwrap();
    }

    fn list(
        &mut self,
        situation: &Situation,
        row: i64,
        listed: &Listed<'_>,
        place: i64,
        position: i64,
    ) {
        self.writes
            .insert_identifier
            .execute(params![
                row,
                listed.kind,
                listed.key,
                situation.scope,
                place,
                listed.holds,
                position
            ])
            .unwrap();
    }

    fn touch(&mut self, contact: &ContactRow, now: i64) {
        self.writes
            .touch
            .execute(params![contact.row, contact.version + 1, now])
            .unwrap();
    }

    fn queue_review(
        &mut self,
        situation: &Situation,
        (one, other): (i64, i64),
        phone: &str,
        now: i64,
    ) {
        self.writes
            .queue_review
            .execute(params![
                one.min(other),
                one.max(other),
                situation.scope,
                now,
                format!("[{{\"kind\":\"phone\",\"key\":\"{phone}\"}}]")
            ])
            .unwrap();
    }

    /// Writes an entry of the change log; its number.
    fn log(&mut self, situation: &Situation, contact: i64, now: i64, op: &str, log: &str) -> i64 {
        self.writes
            .log
            .execute(params![new_id(), situation.scope, contact, now, op, log])
            .unwrap();
        let seq = self.writes.connection.last_insert_rowid();
        self.writes.set_last_change.execute([contact, seq]).unwrap();
        seq
    }
}

impl ContactRow {
    /// The last position among the identifiers of a kind.
    fn behind(&self, kind: i64) -> i64 {
        let own = self.listings.iter().filter(|listing| listing.kind == kind);
        own.map(|listing| listing.position).max().unwrap_or(0)
    }

    pub fn lists(&self, kind: i64, key: &str) -> bool {
        self.listings
            .iter()
            .any(|listing| listing.kind == kind && listing.key == key)
    }
}

fn has_all_metadata(own: &ContactRow, other: &ContactRow) -> bool {
    type Names<'a> = std::collections::BTreeMap<&'a str, &'a serde_json::value::RawValue>;
    let read = |contact: &ContactRow| -> Vec<String> {
        let names: Names<'_> = serde_json::from_str(contact.texts[18].as_deref().unwrap()).unwrap();
        names.into_keys().map(str::to_owned).collect()
    };
    let own = read(own);
    read(other).iter().all(|name| own.contains(name))
}

fn text(statement: &mut Statement<'_>, row: i64) -> String {
    statement.query_row([row], |found| found.get(0)).unwrap()
}

fn listed(kind: i64, key: &str, holds: bool) -> Listed<'_> {
    Listed {
        kind,
        key,
        raw: None,
        region: None,
        holds,
        blocked: false,
        verified: true,
    }
}

fn new_id() -> [u8; 16] {
    uuid::Uuid::now_v7().into_bytes()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
