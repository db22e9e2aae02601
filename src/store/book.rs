//! The contacts of a scope, offered to who makes a list of them.

use super::Reading;
use super::contacts::{json, text_of};
use super::failure::Result;
use crate::book::order::{ByRef, NameParts};
use crate::book::{Looked, Matcher, SortBy};

impl Reading<'_> {
    /// Offers every live contact that a filter lets through: what it is sorted by, and its
    /// row. They come in the order of their creation, and nothing else of them is read.
    pub(crate) fn offer_contacts(
        &self,
        scope: i64,
        sort: Option<SortBy>,
        filter: &Matcher,
        mut offer: impl FnMut(ByRef<'_>, i64),
    ) -> Result<()> {
        let mut select = self.connection.prepare_cached(&query(sort, filter))?;
        let since = filter.changed_since.map(|moment| moment.as_milliseconds());
        let mut rows = match since {
            Some(since) => select.query([scope, since])?,
            None => select.query([scope])?,
        };
        let mut buffer = String::new();
        while let Some(row) = rows.next()? {
            let looked = Looked {
                tags: json(row, 5)?,
                company: text_of(row, 6)?,
                city: text_of(row, 7)?,
                source: text_of(row, 8)?,
                assigned_to: text_of(row, 9)?,
            };
            if !filter.lets_through(&looked) {
                continue;
            }
            let by = match sort {
                Some(sort @ (SortBy::Name | SortBy::Family)) => {
                    let name = NameParts {
                        full: text_of(row, 1)?,
                        given: text_of(row, 2)?,
                        family: text_of(row, 3)?,
                    };
                    name.sorted_by(sort, &mut buffer)
                }
                Some(SortBy::Created | SortBy::Updated) => ByRef::Moment(row.get(4)?),
                None => ByRef::Nothing,
            };
            offer(by, row.get(0)?);
        }
        Ok(())
    }
}

/// What is looked at; what isn't is not read either.
fn query(sort: Option<SortBy>, filter: &Matcher) -> String {
    let names = "full_name, given_name, family_name, NULL";
    let sorted_by = match sort {
        Some(SortBy::Name | SortBy::Family) => names,
        Some(SortBy::Created) => "NULL, NULL, NULL, created_at",
        Some(SortBy::Updated) => "NULL, NULL, NULL, updated_at",
        None => "NULL, NULL, NULL, NULL",
    };
    let looked_at = [
        ("tags", filter.looks_at_tags()),
        ("company", filter.looks_at_company()),
        ("city", filter.looks_at_city()),
        ("source", filter.looks_at_source()),
        ("assigned_to", filter.looks_at_assigned_to()),
    ];
    let mut query = format!("SELECT id, {sorted_by}");
    for (column, is_looked_at) in looked_at {
        query.push_str(", ");
        query.push_str(if is_looked_at { column } else { "NULL" });
    }
    query.push_str(" FROM contact WHERE scope = ?1 AND state = 0");
    if filter.changed_since.is_some() {
        query.push_str(" AND updated_at >= ?2");
    }
    for (kind, has) in [(1, filter.has_phone), (2, filter.has_email)] {
        if let Some(has) = has {
            let not = if has { "" } else { "NOT " };
            query.push_str(&format!(
                " AND {not}EXISTS (SELECT 1 FROM identifier
                                   WHERE contact = contact.id AND kind = {kind})"
            ));
        }
    }
    query.push_str(" ORDER BY id");
    query
}
