//! What an undone merge leaves: what would be if it had not been made, and all else had.
//!
//! A merge is a function of two records. To undo one, those that came after it on the way
//! to today's survivor are made again without what it brought, and between them whatever was
//! edited meanwhile is edited again: what differs from what the merge before left is an
//! edit, and stays; what does not follows the new state. So every value that the merge
//! brought goes back, unless it was edited since, and what a later merge would have brought
//! in its place takes it.

use std::collections::{BTreeMap, BTreeSet};

use super::survivorship::{MergeRules, Side, unite};
use crate::clock::Timestamp;
use crate::contact::entries::{FieldName, FieldValue};
use crate::contact::{Fields, Listing};
use crate::ident::{Key, Kind};

/// A merge, by its row in the ledger.
pub(crate) type MergeRow = i64;

/// An identifier of a record, and the merges that brought it and its place in line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) listing: Listing,
    pub(crate) brought_by: Option<MergeRow>,
    pub(crate) place_brought_by: Option<MergeRow>,
}

/// A contact as merges see it: every value, and the merge that brought it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) fields: Fields,
    pub(crate) marks: BTreeMap<FieldName, MergeRow>,
    pub(crate) listed: Vec<Listed>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
}

/// A merge that stands in the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) merge: MergeRow,
    pub(crate) at: Timestamp,
    pub(crate) rules: MergeRules,
    pub(crate) survivor: Record,
    pub(crate) absorbed: Record,
}

/// The side of a merge on which a contact was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Survivor,
    Absorbed,
}

/// A merge that came later on the way from the undone one to today's survivor.
#[derive(Clone, Debug)]
pub(crate) struct Later {
    pub(crate) step: Step,
    /// On which side of it the contact was that had been the survivor until then.
    pub(crate) role: Role,
}

/// What an undone merge leaves.
#[derive(Clone, Debug)]
pub(crate) struct Undone {
    /// Today's survivor.
    pub(crate) survivor: Record,
    /// The contact that stands alone again.
    pub(crate) restored: Record,
    /// The sides of later merges that relied on the undone one.
    pub(crate) rewritten: Vec<(MergeRow, Role, Record)>,
}

impl Record {
    /// Every value by its field, with the merge that brought it.
    fn values(&self) -> BTreeMap<FieldName, (FieldValue, Option<MergeRow>)> {
        let entries = self.fields.entries().into_iter();
        entries
            .map(|(name, value)| {
                let mark = self.marks.get(&name).copied();
                (name, (value, mark))
            })
            .collect()
    }

    fn by_key(&self) -> BTreeMap<&Key, &Listed> {
        let listed = self.listed.iter();
        listed.map(|listed| (&listed.listing.key, listed)).collect()
    }

    /// Whether it says what another says, in whatever order, and by the same merges.
    fn says_what(&self, other: &Self) -> bool {
        let listed = |record: &Self| -> Vec<(Key, Option<MergeRow>)> {
            let listed = record.by_key().into_iter();
            listed
                .map(|(key, listed)| (key.clone(), listed.brought_by))
                .collect()
        };
        self.values() == other.values() && listed(self) == listed(other)
    }

    fn set(&mut self, name: &FieldName, value: Option<FieldValue>, mark: Option<MergeRow>) {
        self.fields.set_entry(name, value);
        match mark {
            Some(merge) => self.marks.insert(name.clone(), merge),
            None => self.marks.remove(name),
        };
    }

    pub(crate) fn listed(&self, key: &Key) -> Option<&Listed> {
        self.listed.iter().find(|listed| listed.listing.key == *key)
    }

    fn last_position(&self, kind: Kind) -> i64 {
        let of_kind = self.listed.iter().map(|listed| &listed.listing);
        let positions = of_kind
            .filter(|listing| listing.key.kind() == kind)
            .map(|listing| listing.position);
        positions.max().unwrap_or_default()
    }
}

/// What a merge makes of two records.
fn merged(step: &Step) -> Record {
    let (survivor, absorbed) = (&step.survivor, &step.absorbed);
    let side = |record: &'_ Record| -> Timestamp { record.updated_at };
    let (fields, brought) = unite(
        Side {
            fields: &survivor.fields,
            updated_at: side(survivor),
        },
        Side {
            fields: &absorbed.fields,
            updated_at: side(absorbed),
        },
        &step.rules,
    );
    let mut after = survivor.clone();
    after.fields = fields;
    for name in brought {
        after.marks.insert(name, step.merge);
    }
    for other in &absorbed.listed {
        let key = &other.listing.key;
        match after.listed.iter_mut().find(|own| own.listing.key == *key) {
            Some(own) => {
                own.listing.holds |= other.listing.holds;
                if other.listing.place < own.listing.place {
                    own.listing.place = other.listing.place;
                    own.place_brought_by = Some(step.merge);
                }
            }
            None => {
                let mut gained = other.clone();
                gained.listing.position += survivor.last_position(key.kind());
                gained.brought_by = Some(step.merge);
                gained.place_brought_by = None;
                after.listed.push(gained);
            }
        }
    }
    after.created_at = survivor.created_at.min(absorbed.created_at);
    after.updated_at = step.at;
    after
}

/// What became of `old` is done to `new`: where `later` still says what `old` said, it
/// follows `new`; where it does not, it was edited and stays.
fn rebase(old: &Record, new: &Record, later: &Record) -> Record {
    let mut rebased = later.clone();
    let [were, will_be, are] = [old, new, later].map(Record::values);
    let names: BTreeSet<&FieldName> = were
        .keys()
        .chain(will_be.keys())
        .chain(are.keys())
        .collect();
    for name in names {
        let (is, follows) = (are.get(name), will_be.get(name));
        if is == were.get(name) && is != follows {
            let (value, mark) = follows.cloned().unzip();
            rebased.set(name, value, mark.flatten());
        }
    }

    let [were, will_be, are] = [old, new, later].map(Record::by_key);
    let keys: BTreeSet<&Key> = [&were, &will_be, &are]
        .into_iter()
        .flat_map(|listed| listed.keys().copied())
        .collect();
    rebased.listed.clear();
    for key in keys {
        let [was, will_be, is] = [&were, &will_be, &are].map(|listed| listed.get(key).copied());
        rebased.listed.extend(rebase_listed(was, will_be, is));
    }
    order_identifiers(&mut rebased, old, new, later);
    let folded = |record: &Record| -> Vec<String> {
        let tags = record.fields.tags.iter();
        tags.map(|tag| tag.to_lowercase()).collect()
    };
    let tags = rebased_order(&folded(old), &folded(new), &folded(later), &|_| false);
    let places = places(&tags);
    let tags = &mut rebased.fields.tags;
    tags.sort_by_cached_key(|tag| places.get(&tag.to_lowercase()).copied());

    if later.created_at == old.created_at {
        rebased.created_at = new.created_at;
    }
    // An edit of the same moment leaves no other time.
    if later.updated_at == old.updated_at && later.says_what(old) {
        rebased.updated_at = new.updated_at;
    }
    rebased
}

/// The same of one identifier.
fn rebase_listed(
    was: Option<&Listed>,
    will_be: Option<&Listed>,
    is: Option<&Listed>,
) -> Option<Listed> {
    let brought_by = |listed: Option<&Listed>| listed.map(|listed| listed.brought_by);
    let is_edited = brought_by(was) != brought_by(is);
    let place = |listed: Option<&Listed>| {
        listed.map(|listed| (listed.listing.place, listed.place_brought_by))
    };
    let follows = if is_edited { is } else { will_be };
    let mut listed = follows.cloned();
    if let (Some(listed), Some(is)) = (&mut listed, is) {
        // Its order among the contact's own, and how it is shown, are the contact's.
        let holds = |listed: Option<&Listed>| listed.map(|listed| listed.listing.holds);
        listed.listing = Listing {
            place: listed.listing.place,
            holds: match holds(was) == holds(Some(is)) {
                true => holds(will_be).unwrap_or(is.listing.holds),
                false => is.listing.holds,
            },
            ..is.listing.clone()
        };
        let moved = match (place(was) == place(Some(is)), place(will_be)) {
            (true, Some(moved)) => moved,
            _ => (is.listing.place, is.place_brought_by),
        };
        // Who stood before it in line then stands alone now, and would have held the key.
        listed.listing.holds &= moved.0 <= is.listing.place;
        (listed.listing.place, listed.place_brought_by) = moved;
    }
    listed
}

/// Numbers the identifiers of a record anew where their order is not that of their numbers.
fn order_identifiers(rebased: &mut Record, old: &Record, new: &Record, later: &Record) {
    rebased
        .listed
        .sort_by(|one, other| order(one).cmp(&order(other)));
    for kind in Kind::ALL {
        let own = |record: &Record| -> Vec<Key> {
            let keys = record.listed.iter().map(|listed| &listed.listing.key);
            keys.filter(|key| key.kind() == kind).cloned().collect()
        };
        let present = own(rebased);
        let mark = |record: &Record, key: &Key| record.listed(key).map(|listed| listed.brought_by);
        // What became the contact's own stays where it was seen.
        let is_edited = |key: &Key| mark(old, key) != mark(later, key);
        let mut wanted = rebased_order(&own(old), &own(new), &own(later), &is_edited);
        let listed: BTreeSet<&Key> = present.iter().collect();
        wanted.retain(|key| listed.contains(key));
        if wanted == present {
            continue;
        }
        let places = places(&wanted);
        for listed in &mut rebased.listed {
            let place = places.get(&listed.listing.key);
            if let Some(position) = place.and_then(|place| i64::try_from(place + 1).ok()) {
                listed.listing.position = position;
            }
        }
    }
    rebased
        .listed
        .sort_by(|one, other| order(one).cmp(&order(other)));
}

/// Where each one stands in a list.
fn places<T: Ord>(list: &[T]) -> BTreeMap<&T, usize> {
    list.iter().enumerate().map(|(at, one)| (one, at)).collect()
}

/// The order of `later`, in which those that `old` and `new` share stand as they do in `new`,
/// but for those that were edited; unless what `later` says was put in an order of its own.
fn rebased_order<T: Clone + Ord>(
    old: &[T],
    new: &[T],
    later: &[T],
    is_edited: &dyn Fn(&T) -> bool,
) -> Vec<T> {
    let [was, will_be, is] = [old, new, later].map(|all| all.iter().collect::<BTreeSet<&T>>());
    let untouched = old.iter().filter(|one| is.contains(one));
    let untouched = untouched.chain(later.iter().filter(|one| !was.contains(one)));
    let mut ordered: Vec<T> = match untouched.eq(later) {
        true => {
            let is_shared =
                |one: &&T| was.contains(*one) && will_be.contains(*one) && !is_edited(one);
            let mut shared = new.iter().filter(is_shared).filter(|one| is.contains(one));
            let in_turn = later.iter().map(|one| match is_shared(&one) {
                true => shared.next().unwrap_or(one),
                false => one,
            });
            in_turn.cloned().collect()
        }
        false => later.to_vec(),
    };
    ordered.extend(new.iter().filter(|one| !is.contains(one)).cloned());
    ordered
}

fn order(listed: &Listed) -> (Kind, i64, &Key) {
    let listing = &listed.listing;
    (listing.key.kind(), listing.position, &listing.key)
}

/// Undoes a merge. `later` are the merges on the way from it to today's survivor, in their
/// order, and `live` is that survivor.
pub(crate) fn undo(step: &Step, later: Vec<Later>, live: &Record) -> Undone {
    let mut old = merged(step);
    let mut new = step.survivor.clone();
    let mut rewritten = Vec::new();
    for Later { step, role } in later {
        let recorded = match role {
            Role::Survivor => &step.survivor,
            Role::Absorbed => &step.absorbed,
        };
        let record = rebase(&old, &new, recorded);
        let mut remade = step.clone();
        match role {
            Role::Survivor => remade.survivor = record.clone(),
            Role::Absorbed => remade.absorbed = record.clone(),
        }
        if record != *recorded {
            rewritten.push((step.merge, role, record));
        }
        old = merged(&step);
        new = merged(&remade);
    }
    Undone {
        survivor: rebase(&old, &new, live),
        restored: step.absorbed.clone(),
        rewritten,
    }
}
