//! What a resolve will do: steps 2 to 9 of the rules, as a function.

use std::collections::BTreeSet;

use super::asked::{Asked, AskedKey, candidates, held, leave_out_blocked_ids, strength};
use super::fill;
use super::merge;
use super::outcome::{Ignored, Outcome};
use super::request::{FieldRule, OnConflict, ReadRequest};
use super::survivorship::MergeRules;
use crate::contact::custom_field::{KnownFields, NewDefinition};
use crate::contact::difference::difference;
use crate::contact::entries::FieldName;
use crate::contact::refused::Refused;
use crate::contact::{
    Contact, ContactId, Fields, Json, Limits, ListField, Listing, MergeId, OrderedMap, Rejected,
};
use crate::error::{Error, Result};
use crate::ident::{Key, Kind};
use crate::scope::Scope;

/// The rules that an application may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// The kinds of identifier, the strongest first.
    pub(crate) strongest_first: [Kind; 3],
    /// The most identifiers of one kind that a contact lists, but for merges.
    pub(crate) most_of_a_kind: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            strongest_first: [Kind::ExternalId, Kind::Email, Kind::Phone],
            most_of_a_kind: 100,
        }
    }
}

/// Pairs of contacts, by their place among the holders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs(BTreeSet<(usize, usize)>);

impl Pairs {
    pub(crate) fn insert(&mut self, one: usize, other: usize) {
        self.0.insert((one.min(other), one.max(other)));
    }

    pub(crate) fn contains(&self, one: usize, other: usize) -> bool {
        self.0.contains(&(one.min(other), one.max(other)))
    }

    /// What was said of `absorbed` is from now on said of `survivor`.
    fn follow(&mut self, absorbed: usize, survivor: usize) {
        let followed: Vec<_> = self
            .0
            .iter()
            .filter_map(|&(a, b)| match (a == absorbed, b == absorbed) {
                (true, false) => Some(b),
                (false, true) => Some(a),
                _ => None,
            })
            .filter(|other| *other != survivor)
            .collect();
        for other in followed {
            self.insert(survivor, other);
        }
    }
}

/// What the store says of one key of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) blocked: bool,
    /// The holder's place among the holders.
    pub(crate) holder: Option<usize>,
}

/// What the store says of a request's keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Situation {
    /// One for each key of the request, in its order.
    pub(crate) keys: Vec<Standing>,
    /// The distinct holders.
    pub(crate) holders: Vec<Contact>,
    /// Holders that are marked as different people.
    pub(crate) distinct: Pairs,
    /// The holder that is meant whatever the keys say, for those who know the contact.
    pub(crate) meant: Option<usize>,
    /// Holders that stand on the review queue, or were decided there.
    pub(crate) reviewed: Pairs,
    /// What the scope says of the custom fields for which the request has a value.
    pub(crate) custom_fields: KnownFields,
}

/// One contact that is merged into the winner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Absorb {
    /// The absorbed contact's place among the holders.
    pub(crate) absorbed: usize,
    /// The survivor's fields after this merge.
    pub(crate) fields: Fields,
    /// The fields that this merge brought.
    pub(crate) brought: Vec<FieldName>,
}

/// What is to be written, and what is to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The winner's place among the holders; none if the contact is new.
    pub(crate) winner: Option<usize>,
    /// The merges, in their order.
    pub(crate) absorbs: Vec<Absorb>,
    /// The identifiers that the contact newly lists.
    pub(crate) listings: Vec<Listing>,
    /// The fields that the request changed, after the merges: no merge brought what is
    /// in them now.
    pub(crate) edited: Vec<FieldName>,
    /// The custom fields that the request's values define.
    pub(crate) defines: Vec<NewDefinition>,
    /// Whether the contact itself is written, and not just the review queue.
    pub(crate) touched: bool,
    /// The holders with whom the contact goes on the review queue.
    pub(crate) review: Vec<usize>,
    /// The entry of the change log, field by field.
    pub(crate) difference: OrderedMap<Json>,
    /// The answer; a new contact and new merges have no ids in it yet.
    pub(crate) outcome: Outcome,
}

/// A contact that is copied only when something of it changes.
struct Edited<'a> {
    before: &'a Contact,
    after: Option<Contact>,
}

impl Edited<'_> {
    fn now(&self) -> &Contact {
        self.after.as_ref().unwrap_or(self.before)
    }

    fn edit(&mut self) -> &mut Contact {
        self.after.get_or_insert_with(|| self.before.clone())
    }
}

/// Plans a resolve or an upsert. The plan writes nothing if its outcome is unchanged; then
/// the contact is moved out of the situation, of which nobody has any more use.
///
/// # Errors
///
/// [`Error::NoIdentifier`] and [`Error::IdentityConflict`], as the rules say, and
/// [`Error::InvalidField`] for a custom value that does not fit its definition.
pub(crate) fn plan(
    request: &ReadRequest,
    rule: FieldRule,
    scope: &Scope,
    situation: &mut Situation,
    rules: &Rules,
) -> Result<Plan> {
    let mut defines = situation
        .custom_fields
        .check(&request.fields.custom_fields)?;
    let Asked { keys, mut rejected } = leave_out_blocked_ids(request, situation);
    let names_nobody = keys.iter().all(|asked| asked.standing.blocked);
    if situation.meant.is_none() && names_nobody {
        return Err(Error::NoIdentifier { rejected });
    }

    if let FieldRule::Create = rule {
        refuse_what_exists(request, &keys, situation)?;
    }
    let candidates = match (situation.meant, rule) {
        (_, FieldRule::Create) => Vec::new(),
        (Some(meant), _) => vec![meant],
        (None, _) => candidates(&keys, situation, rules),
    };
    let winner = candidates.first().copied();
    let contradicted = keys
        .iter()
        .filter(|asked| !asked.requested.only_listed)
        .filter_map(AskedKey::holder)
        .any(|holder| !candidates.contains(&holder));
    if rule != FieldRule::Create
        && request.on_conflict == OnConflict::Reject
        && (candidates.len() > 1 || contradicted)
    {
        return Err(Error::IdentityConflict {
            holders: held(&keys, situation, |_| true),
        });
    }

    let blank = Contact::blank(scope.clone());
    let before = winner.and_then(|winner| situation.holders.get(winner));
    let mut contact = Edited {
        before: before.unwrap_or(&blank),
        after: None,
    };
    let mut reviewed = situation.reviewed.clone();
    let mut distinct = situation.distinct.clone();
    let absorbs = match (winner, request.on_conflict) {
        (Some(_), OnConflict::Merge) => merge_others(
            &mut contact,
            &candidates,
            situation,
            &mut distinct,
            &mut reviewed,
        ),
        _ => Vec::new(),
    };
    let is_answer = |holder: usize| {
        Some(holder) == winner || absorbs.iter().any(|absorb| absorb.absorbed == holder)
    };

    let (listings, over_the_limit) = list(&mut contact, &keys, &is_answer, rules);
    let conflicts = held(&keys, situation, |holder| !is_answer(holder));
    rejected.extend(over_the_limit);
    let holds_any = || {
        contact
            .now()
            .identifiers
            .iter()
            .any(|listing| listing.holds)
    };
    if winner.is_none() && rule != FieldRule::Create && !holds_any() {
        return Err(Error::IdentityConflict { holders: conflicts });
    }

    let (edited, ignored) = set_fields(&mut contact, request, rule)?;
    defines.retain(|new| new.is_edited(edited.as_deref().unwrap_or_default()));
    let review = review(&keys, winner, &is_answer, &distinct, &reviewed);

    let now = contact.now();
    let held_before = |key: &Key| before.is_some_and(|contact| contact.holds(key));
    let named = || keys.iter().map(|asked| &asked.requested.key);
    let mut matched_on: Vec<Key> = named().filter(|key| held_before(key)).cloned().collect();
    matched_on.sort_by_key(|key| strength(key.kind(), rules));
    let attached = named()
        .filter(|key| now.holds(key) && !held_before(key))
        .cloned()
        .collect();
    let listed_before = |key: &Key| before.is_some_and(|contact| contact.listing(key).is_some());
    let listed = named()
        .filter(|key| now.listing(key).is_some() && !listed_before(key) && !now.holds(key))
        .cloned()
        .collect();

    let merged = absorbed_ids(&absorbs, situation);
    let touched =
        winner.is_none() || !absorbs.is_empty() || !listings.is_empty() || edited.is_some();
    let changed = touched || !review.is_empty();
    let difference = match changed {
        true => describe(before, now, &absorbs, &review, situation),
        false => OrderedMap::new(),
    };
    let contact = match contact.after {
        Some(after) => after,
        None if changed => contact.before.clone(),
        None => take(situation, winner).unwrap_or(blank),
    };
    Ok(Plan {
        winner,
        outcome: Outcome {
            contact,
            created: winner.is_none(),
            matched_on,
            attached,
            listed,
            conflicts,
            merged,
            merges: vec![MergeId::NONE; absorbs.len()],
            rejected,
            ignored,
            changed,
        },
        absorbs,
        listings,
        edited: edited.unwrap_or_default(),
        defines,
        touched,
        review,
        difference,
    })
}

/// A contact that is made and not found has none of its identifiers held by others, unless
/// it may join their lines; an external id has none.
fn refuse_what_exists(
    request: &ReadRequest,
    keys: &[AskedKey<'_>],
    situation: &Situation,
) -> Result<()> {
    let mut holders = held(keys, situation, |_| true);
    if request.allow_duplicates {
        holders.retain(|conflict| conflict.key.kind() == Kind::ExternalId);
    }
    match holders.is_empty() {
        true => Ok(()),
        false => Err(Error::AlreadyExists { holders }),
    }
}

/// Moves a holder out of a situation that is done with.
fn take(situation: &mut Situation, holder: Option<usize>) -> Option<Contact> {
    let place = holder?;
    let is_there = place < situation.holders.len();
    is_there.then(|| situation.holders.swap_remove(place))
}

/// Merges the other candidates into the first, one after the other, save those that are
/// somebody else: marked distinct from it, or at odds with it about an external source.
fn merge_others(
    winner: &mut Edited<'_>,
    candidates: &[usize],
    situation: &Situation,
    distinct: &mut Pairs,
    reviewed: &mut Pairs,
) -> Vec<Absorb> {
    let mut absorbs = Vec::new();
    let Some((&first, others)) = candidates.split_first() else {
        return absorbs;
    };
    for &other in others {
        let Some(contact) = situation.holders.get(other) else {
            continue;
        };
        // Both as they stand after the merges before.
        if distinct.contains(first, other) || merge::differ_in_a_source(winner.now(), contact) {
            continue;
        }
        let brought = merge::absorb(winner.edit(), contact, &MergeRules::default());
        distinct.follow(other, first);
        reviewed.follow(other, first);
        absorbs.push(Absorb {
            absorbed: other,
            fields: winner.now().fields.clone(),
            brought,
        });
    }
    absorbs
}

/// The entry of the change log: what differs, who was absorbed and who is to be reviewed.
fn describe(
    before: Option<&Contact>,
    after: &Contact,
    absorbs: &[Absorb],
    review: &[usize],
    situation: &Situation,
) -> OrderedMap<Json> {
    let mut entry = difference(before, after);
    let holders = |places: &mut dyn Iterator<Item = usize>| -> Vec<&Contact> {
        places
            .filter_map(|place| situation.holders.get(place))
            .collect()
    };
    if !absorbs.is_empty() {
        let absorbed = holders(&mut absorbs.iter().map(|absorb| absorb.absorbed));
        entry.insert("absorbed", Json::of(&absorbed));
    }
    if !review.is_empty() {
        let others = holders(&mut review.iter().copied());
        let ids: Vec<_> = others.iter().map(|contact| contact.id).collect();
        entry.insert("review", Json::of(&ids));
    }
    entry
}

/// Step 7: the contact lists every key that it does not list yet; what is over the
/// limit is rejected.
fn list(
    contact: &mut Edited<'_>,
    keys: &[AskedKey<'_>],
    is_answer: &impl Fn(usize) -> bool,
    rules: &Rules,
) -> (Vec<Listing>, Vec<Rejected>) {
    let (mut listings, mut rejected) = (Vec::new(), Vec::new());
    for AskedKey {
        requested,
        standing,
    } in keys
    {
        let kind = requested.key.kind();
        let held_by_another = standing.holder.is_some_and(|holder| !is_answer(holder));
        if contact.now().listing(&requested.key).is_some()
            || (kind == Kind::ExternalId && held_by_another)
        {
            continue;
        }
        if contact.now().of_kind(kind).count() >= rules.most_of_a_kind {
            let most = rules.most_of_a_kind;
            let reason = format!("it is over the limit: a contact lists at most {most} of a kind");
            rejected.push(Rejected::new(requested.field, &requested.raw, reason));
            continue;
        }
        let listing = Listing {
            key: requested.key.clone(),
            raw: requested.raw.clone(),
            region: requested.region,
            verified: requested.verified,
            holds: !standing.blocked && !held_by_another,
            blocked: standing.blocked,
            place: i64::MAX,
            position: contact.now().next_position(kind),
        };
        contact.edit().list(listing.clone());
        listings.push(listing);
    }
    (listings, rejected)
}

/// Step 8: the names of the fields that the request changes, none if it changes nothing,
/// and what of it was not used.
fn set_fields(
    contact: &mut Edited<'_>,
    request: &ReadRequest,
    rule: FieldRule,
) -> Result<(Option<Vec<FieldName>>, Vec<Ignored>)> {
    if request.fields.is_empty() {
        return Ok((None, Vec::new()));
    }
    let before = &contact.now().fields;
    let mut fields = before.clone();
    let ignored = match rule {
        FieldRule::Fill | FieldRule::Create => fill::fill(&mut fields, &request.fields),
        FieldRule::Replace => {
            fill::replace(&mut fields, &request.fields);
            Vec::new()
        }
    };
    if fields == *before {
        return Ok((None, ignored));
    }
    within_limits(before, &fields)?;
    let edited = before.differing(&fields);
    contact.edit().fields = fields;
    Ok((Some(edited), ignored))
}

/// Whether a request made one of the lists too long; what is too long already may stay.
pub(super) fn within_limits(before: &Fields, after: &Fields) -> Result<()> {
    let lists = ListField::ALL.map(|field| {
        let (was, is) = (before.list(field).len(), after.list(field).len());
        (field.as_str(), was, is, Limits::ITEMS)
    });
    let others = [
        ("tags", before.tags.len(), after.tags.len(), Limits::TAGS),
        (
            "metadata",
            before.metadata.len(),
            after.metadata.len(),
            Limits::ENTRIES,
        ),
        (
            "custom_fields",
            before.custom_fields.len(),
            after.custom_fields.len(),
            Limits::ENTRIES,
        ),
    ];
    for (field, was, is, most) in others.into_iter().chain(lists) {
        if is > most && is > was {
            let reason = format!("the contact would have {is} of them; {most} is the most");
            return Err(Refused::field(field, "", reason).into());
        }
    }
    Ok(())
}

/// Step 9: the other holders with whom the contact goes on the review queue.
fn review(
    keys: &[AskedKey<'_>],
    winner: Option<usize>,
    is_answer: &impl Fn(usize) -> bool,
    distinct: &Pairs,
    reviewed: &Pairs,
) -> Vec<usize> {
    let mut review = Vec::new();
    for holder in keys.iter().filter_map(AskedKey::holder) {
        let decided = winner.is_some_and(|winner| {
            distinct.contains(winner, holder) || reviewed.contains(winner, holder)
        });
        if !is_answer(holder) && !decided && !review.contains(&holder) {
            review.push(holder);
        }
    }
    review
}

fn absorbed_ids(absorbs: &[Absorb], situation: &Situation) -> Vec<ContactId> {
    absorbs
        .iter()
        .filter_map(|absorb| situation.holders.get(absorb.absorbed))
        .map(|contact| contact.id)
        .collect()
}
