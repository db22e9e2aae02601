//! The address book, page by page.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Contacts;
use super::view::View;
use crate::book::order::{By, Order, Position};
use crate::book::selection::Selection;
use crate::book::{
    BookCursor, BookPage, BookRequest, ContactFilter, Language, Matcher, Seal, SortBy,
};
use crate::contact::refused::Refused;
use crate::error::{Error, Result};
use crate::store::{Failure, Reading};

/// Parts of lists that a handle remembers, for as many who page through them.
const PARTS: usize = 4;

/// Contacts beyond a page whose order is remembered. Whoever goes on from there gets the
/// next ones without a look at all others, and four times as many next time.
const AHEAD: usize = 4_096;
const MOST_AHEAD: usize = 65_536;
/// Bytes of names beyond which it is no more than the last time.
const MUCH_TEXT: usize = 1024 * 1024;

impl Contacts {
    /// A page of the contacts as a list: sorted by name as people of a language expect it,
    /// or by time, filtered, from the beginning or from where a page ended.
    ///
    /// A page is of one state of the store. Between two pages contacts may come, go and
    /// change: each that was there all along and kept its name is on exactly one of them.
    ///
    /// There is no index to be kept for it, so that writers pay nothing. A page looks at
    /// every contact of the scope, about half a second for a million of them, and the handle
    /// remembers the order of some thousand behind it, so that the next pages take
    /// milliseconds as long as nothing in the scope changes.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] for a limit out of bounds, an empty condition, or a cursor
    /// of another store, scope, order or language; those of a store.
    ///
    /// See [`BookRequest`] for an example.
    pub fn address_book(&self, request: &BookRequest) -> Result<BookPage> {
        let inner = &self.kinfold.inner;
        let asked = AskedBook::read(&self.view, inner.id, request)?;
        inner.read(|tx| self.view.address_book(tx, &asked, Some(&inner.lists)))
    }

    /// How many live contacts meet a filter.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] for an empty condition, and those of a store.
    pub fn count_matching(&self, filter: &ContactFilter) -> Result<u64> {
        let filter = Matcher::read(filter)?;
        let inner = &self.kinfold.inner;
        inner.read(|tx| self.view.count_matching(tx, &filter))
    }
}

/// A request as it was read.
pub(super) struct AskedBook {
    list: AskedList,
    limit: usize,
    after: Option<Position>,
    order: Order,
    seal: Seal,
}

/// What makes a list another one.
#[derive(Clone, PartialEq, Eq)]
struct AskedList {
    sort: SortBy,
    descending: bool,
    language: Language,
    filter: Matcher,
}

impl AskedBook {
    pub(super) fn read(view: &View, store: [u8; 16], request: &BookRequest) -> Result<Self> {
        request.check()?;
        let seal = Seal::new(store, &view.scope, request);
        let position = |cursor: &BookCursor| {
            let refused = |invalid| Refused::request("cursor", &cursor.to_string(), invalid);
            cursor.position(&seal).map_err(refused)
        };
        let after = request.after.as_ref().map(position).transpose()?;
        let order = Order::new(&request.language, request.descending).ok_or_else(|| {
            let tag = request.language.to_string();
            Error::invalid_request("language", &tag, "no order of names is known for it")
        })?;
        Ok(Self {
            list: AskedList {
                sort: request.sort,
                descending: request.descending,
                language: request.language.clone(),
                filter: Matcher::read(&request.filter)?,
            },
            limit: request.limit,
            after,
            order,
            seal,
        })
    }
}

/// A part of a list, as it was when the scope had a certain last change.
struct Part {
    scope: i64,
    list: AskedList,
    last_change: u64,
    /// Behind what it begins; none at the beginning of the list.
    after: Option<Position>,
    positions: Vec<Position>,
    to_the_end: bool,
    total: u64,
}

impl Part {
    /// The positions of a page, if the part has all of them.
    fn page(&self, asked: &AskedBook) -> Option<&[Position]> {
        let behind =
            |one: &Position, other: &Position| asked.order.compare_positions(one, other).is_gt();
        let first = match (&asked.after, &self.after) {
            (None, None) => 0,
            (None, Some(_)) => return None,
            (Some(after), Some(begins)) if behind(begins, after) => return None,
            (Some(after), _) => self.positions.partition_point(|one| !behind(one, after)),
        };
        let rest = self.positions.get(first..)?;
        match rest.get(..asked.limit) {
            // What is next must be known, too.
            Some(page) if rest.len() > asked.limit || self.to_the_end => Some(page),
            None if self.to_the_end => Some(rest),
            _ => None,
        }
    }

    /// How many positions to remember for who goes on behind this part.
    fn ahead(&self) -> usize {
        let text = self.positions.iter().map(|one| match &one.by {
            By::Text(text) => text.len(),
            By::Moment(_) | By::Nothing => 0,
        });
        match text.sum::<usize>() {
            text if text < MUCH_TEXT => self.positions.len().saturating_mul(4),
            _ => self.positions.len(),
        }
    }
}

/// The parts of lists that a handle remembers, the one that was used last in front.
#[derive(Default)]
pub(super) struct Lists(Mutex<VecDeque<Arc<Part>>>);

impl Lists {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Part>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The parts of a list, the one that was used last first.
    fn of(&self, scope: i64, list: &AskedList) -> Vec<Arc<Part>> {
        let parts = self.lock();
        let of_list = parts.iter();
        let of_list = of_list.filter(|part| part.scope == scope && part.list == *list);
        of_list.map(Arc::clone).collect()
    }

    /// Puts a part in front, and forgets those that are out of date or too many.
    fn put(&self, part: &Arc<Part>) {
        let mut parts = self.lock();
        parts.retain(|other| {
            !Arc::ptr_eq(other, part)
                && (other.scope != part.scope || other.last_change >= part.last_change)
        });
        parts.push_front(Arc::clone(part));
        parts.truncate(PARTS);
    }
}

impl View {
    /// A page; `lists` is what is remembered, where it may be.
    pub(super) fn address_book(
        &self,
        tx: &Reading<'_>,
        asked: &AskedBook,
        lists: Option<&Lists>,
    ) -> Result<BookPage, Failure> {
        let Some(scope) = self.row(tx)? else {
            return Ok(BookPage::default());
        };
        // What is not committed yet is nobody else's.
        let lists = lists.filter(|_| tx.is_committed());
        let last_change = tx.last_change(scope)?;
        let parts = lists.map(|lists| lists.of(scope, &asked.list));
        let parts = parts.unwrap_or_default();
        for part in parts.iter().filter(|part| part.last_change == last_change) {
            if let Some(page) = part.page(asked) {
                let is_last = part.to_the_end && page.last() == part.positions.last();
                let page = self.book_page(tx, asked, page, is_last, part.total)?;
                if let Some(lists) = lists {
                    lists.put(part);
                }
                return Ok(page);
            }
        }
        let most = match (lists, &asked.after) {
            (None, _) => asked.limit,
            (Some(_), None) => asked.limit.max(AHEAD),
            (Some(_), Some(_)) => {
                let ahead = parts.first().map_or(AHEAD, |part| part.ahead());
                asked.limit.max(ahead.clamp(AHEAD, MOST_AHEAD))
            }
        };
        let mut selection = Selection::new(&asked.order, asked.after.as_ref(), most);
        tx.offer_contacts(
            scope,
            Some(asked.list.sort),
            &asked.list.filter,
            |by, row| {
                selection.offer(by, row);
            },
        )?;
        let selected = selection.finish();
        let part = Arc::new(Part {
            scope,
            list: asked.list.clone(),
            last_change,
            after: asked.after.clone(),
            positions: selected.positions,
            to_the_end: selected.to_the_end,
            total: selected.offered,
        });
        let length = asked.limit.min(part.positions.len());
        let page = part.positions.get(..length).unwrap_or_default();
        let is_last = part.to_the_end && length == part.positions.len();
        let page = self.book_page(tx, asked, page, is_last, part.total)?;
        if let Some(lists) = lists {
            lists.put(&part);
        }
        Ok(page)
    }

    fn book_page(
        &self,
        tx: &Reading<'_>,
        asked: &AskedBook,
        positions: &[Position],
        is_last: bool,
        total: u64,
    ) -> Result<BookPage, Failure> {
        let contacts = positions
            .iter()
            .map(|position| tx.contact(position.row, &self.scope));
        let end = positions.last().filter(|_| !is_last);
        Ok(BookPage {
            contacts: contacts.collect::<Result<_, _>>()?,
            total,
            next: end.map(|end| BookCursor::of(end, &asked.seal)),
        })
    }

    pub(super) fn count_matching(
        &self,
        tx: &Reading<'_>,
        filter: &Matcher,
    ) -> Result<u64, Failure> {
        let Some(scope) = self.row(tx)? else {
            return Ok(0);
        };
        let mut count = 0;
        tx.offer_contacts(scope, None, filter, |_, _| count += 1)?;
        Ok(count)
    }
}
