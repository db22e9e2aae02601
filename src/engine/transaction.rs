//! Several calls in one transaction.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use super::book::AskedBook;
use super::view::{self, View};
use super::{Contacts, Inner, Kinfold};
use crate::book::{BookPage, BookRequest, ContactFilter, Matcher};
use crate::contact::{Contact, ContactId};
use crate::error::{Error, Result};
use crate::ident::{Key, Region};
use crate::resolve::request::FieldRule;
use crate::resolve::{Outcome, ResolveRequest};
use crate::scope::Scope;
use crate::store::{ChangeEntry, End, Failure, History, Look, Reading, Stamp, Writing};

/// A transaction that several calls share, in any number of scopes; made by
/// [`Kinfold::transaction`].
///
/// A call that is refused wrote nothing, and the next one goes on. A call that the store
/// failed may have left half of what it was to write: from then on every call returns that
/// error, and so does the transaction, of which nothing is kept.
pub struct Transaction<'a> {
    pub(super) inner: &'a Inner,
    tx: &'a Writing<'a>,
    /// Why nothing of it can be kept.
    spoilt: RefCell<Option<Error>>,
}

/// The contacts of one scope inside a transaction: the calls of
/// [`Contacts`](crate::Contacts), which see what the transaction has written so far.
///
/// Cheap to clone; made by [`Transaction::contacts`].
#[derive(Clone)]
pub struct TransactionContacts<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) view: View,
    pub(super) origin: Option<Arc<str>>,
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

impl fmt::Debug for TransactionContacts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionContacts")
            .field("scope", &self.view.scope)
            .finish_non_exhaustive()
    }
}

impl Kinfold {
    /// Does a job in one transaction: everything that it writes through the
    /// [`Transaction`] is committed together when it returns `Ok`, and nothing of it is
    /// when it returns an error or panics. The error is handed back as it is.
    ///
    /// The transaction has the write lock from its beginning, so that what it reads still
    /// holds when it writes. Every other writer, thread or process, waits meanwhile: keep
    /// it short, and ask nobody else in it. Readers go on with the state before it.
    ///
    /// The handle's own calls are not part of it. Those that write wait for the transaction
    /// inside which they are called, and end with [`Error::Busy`]; those that read see the
    /// state before it. Of a store in memory those that read wait, too.
    ///
    /// # Errors
    ///
    /// Those of the job, [`Error::Busy`] and the other errors of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Error, Kinfold, Scope};
    ///
    /// let kinfold = Kinfold::open_in_memory()?;
    /// let (ana, bo) = kinfold.transaction(|tx| {
    ///     let contacts = tx.contacts(Scope::default());
    ///     let ana = contacts.resolve(Draft::new().email("ana@example.com"))?;
    ///     let bo = contacts.resolve(Draft::new().email("bo@example.com"))?;
    ///     assert_eq!(contacts.count()?, 2);
    ///     Ok::<_, Error>((ana.contact.id, bo.contact.id))
    /// })?;
    /// assert_ne!(ana, bo);
    ///
    /// // A list that is imported whole or not at all.
    /// let refused = kinfold.transaction(|tx| {
    ///     let contacts = tx.contacts(Scope::default());
    ///     contacts.resolve(Draft::new().email("cem@example.com"))?;
    ///     contacts.resolve(Draft::new().email("nobody"))
    /// });
    /// assert_eq!(refused.unwrap_err().field(), Some("email"));
    /// assert_eq!(kinfold.contacts(Scope::default()).count()?, 2);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn transaction<T, E: From<Error>>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let inner = &self.inner;
        let done = inner.store.write(|tx| {
            let transaction = Transaction {
                inner,
                tx,
                spoilt: RefCell::new(None),
            };
            match (job(&transaction), transaction.spoilt.into_inner()) {
                (Ok(_), Some(spoilt)) => Err(spoilt.into()),
                (Ok(value), None) => Ok(End::Commit(Ok(value))),
                (Err(error), _) => Ok(End::RollBack(Err(error))),
            }
        });
        inner.after_write();
        done.unwrap_or_else(|failure| Err(inner.error(failure).into()))
    }
}

impl Transaction<'_> {
    /// The contacts of a scope.
    pub fn contacts(&self, scope: Scope) -> TransactionContacts<'_> {
        TransactionContacts {
            view: View::new(scope, self.inner.region, self.inner.rules),
            transaction: self,
            origin: None,
        }
    }

    /// The same contacts inside the transaction: with their scope, default region, order of
    /// kinds and origin.
    pub fn contacts_like(&self, contacts: &Contacts) -> TransactionContacts<'_> {
        TransactionContacts {
            transaction: self,
            view: contacts.view.clone(),
            origin: contacts.origin.clone(),
        }
    }

    /// One call; it spoils the transaction if the store fails it.
    pub(super) fn call<T>(
        &self,
        job: impl FnOnce(&Writing<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        if let Some(spoilt) = &*self.spoilt.borrow() {
            return Err(same(spoilt));
        }
        // What an injected clock's panic leaves is half a call as well, and the job may
        // catch it.
        let unfinished = Error::Storage("a call of the transaction broke off".to_owned());
        self.spoilt.replace(Some(unfinished));
        let done = job(self.tx).map_err(|failure| self.inner.error(failure));
        // SQLite itself ends the transaction on some faults of a mere look, and what
        // came behind would be written outside of it.
        let spoilt = done.as_ref().err().filter(|error| error.is_storage());
        self.spoilt.replace(spoilt.map(same));
        done
    }
}

/// An error of the store once more.
fn same(error: &Error) -> Error {
    match error {
        Error::Busy { waited } => Error::Busy { waited: *waited },
        Error::StoreTooNew { found, known } => Error::StoreTooNew {
            found: *found,
            known: *known,
        },
        Error::StoreCorrupt(reason) => Error::StoreCorrupt(reason.clone()),
        Error::Storage(reason) => Error::Storage(reason.clone()),
        other => Error::Storage(other.to_string()),
    }
}

impl TransactionContacts<'_> {
    /// The same contacts, with another default region for phones.
    #[must_use]
    pub fn default_region(mut self, region: Region) -> Self {
        self.view.region = Some(region);
        self
    }

    /// The same contacts, written to under a name that the change log keeps, as
    /// [`Contacts::origin`](crate::Contacts::origin).
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::origin`](crate::Contacts::origin).
    pub fn origin(mut self, origin: &str) -> Result<Self> {
        self.origin = Some(view::origin(origin)?);
        Ok(self)
    }

    /// Whose contacts they are.
    pub fn scope(&self) -> &Scope {
        &self.view.scope
    }

    /// As [`Contacts::resolve`](crate::Contacts::resolve).
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::resolve`](crate::Contacts::resolve). If the request is refused,
    /// nothing was written for it, and the transaction goes on.
    pub fn resolve(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        self.run(&request.into(), FieldRule::Fill)
    }

    /// As [`Contacts::upsert`](crate::Contacts::upsert).
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::upsert`](crate::Contacts::upsert). If the request is refused,
    /// nothing was written for it, and the transaction goes on.
    pub fn upsert(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        self.run(&request.into(), FieldRule::Replace)
    }

    /// As [`Contacts::preview_resolve`](crate::Contacts::preview_resolve).
    ///
    /// # Errors
    ///
    /// Those of [`resolve`](Self::resolve).
    pub fn preview_resolve(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        self.preview(&request.into(), FieldRule::Fill)
    }

    /// As [`Contacts::preview_upsert`](crate::Contacts::preview_upsert).
    ///
    /// # Errors
    ///
    /// Those of [`upsert`](Self::upsert).
    pub fn preview_upsert(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        self.preview(&request.into(), FieldRule::Replace)
    }

    fn run(&self, request: &ResolveRequest, rule: FieldRule) -> Result<Outcome> {
        let inner = self.transaction.inner;
        let asked = self.view.read(inner, request, rule)?;
        self.transaction.call(|tx| {
            let origin = self.origin.as_deref();
            inner.stamped(origin, |stamp| self.view.apply(tx, &asked, stamp))
        })
    }

    /// One call that only reads.
    pub(super) fn read<T>(
        &self,
        job: impl FnOnce(&Reading<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        self.transaction.call(|tx| job(tx))
    }

    /// One call that looks, and writes if there is something to write.
    pub(super) fn look_then_write<T, P>(
        &self,
        look: impl Fn(&Reading<'_>) -> Result<Look<T, P>, Failure>,
        write: impl FnOnce(&Writing<'_>, P, &Stamp<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let inner = self.transaction.inner;
        let origin = self.origin.as_deref();
        self.transaction.call(|tx| match look(tx)? {
            Look::Answer(answer) => Ok(answer),
            Look::Write(plan) => inner.stamped(origin, |stamp| write(tx, plan, stamp)),
        })
    }

    fn preview(&self, request: &ResolveRequest, rule: FieldRule) -> Result<Outcome> {
        let inner = self.transaction.inner;
        let asked = self.view.read(inner, request, rule)?;
        let now = || inner.clock.now();
        self.transaction
            .call(|tx| self.view.preview(tx, &asked, now))
    }

    /// As [`Contacts::get`](crate::Contacts::get).
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::get`](crate::Contacts::get).
    pub fn get(&self, id: ContactId) -> Result<Contact> {
        self.transaction.call(|tx| self.view.get(tx, id))
    }

    /// As [`Contacts::find`](crate::Contacts::find).
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn find(&self, key: &Key) -> Result<Option<Contact>> {
        self.transaction.call(|tx| self.view.find(tx, key))
    }

    /// As [`Contacts::list`](crate::Contacts::list).
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::list`](crate::Contacts::list).
    pub fn list(&self, after: Option<ContactId>, limit: usize) -> Result<Vec<Contact>> {
        self.transaction.call(|tx| self.view.list(tx, after, limit))
    }

    /// Gives every live contact to `each`, in the order of their creation, as they are
    /// when the call begins: they are all copied first, so that `each` may write.
    ///
    /// # Errors
    ///
    /// Those of `each`, and those of a store.
    pub fn for_each(&self, each: impl FnMut(Contact) -> Result<()>) -> Result<()> {
        let mut contacts = Vec::new();
        self.transaction.call(|tx| {
            self.view.for_each(tx, |contact| {
                contacts.push(contact);
                Ok(())
            })
        })?;
        contacts.into_iter().try_for_each(each)
    }

    /// As [`Contacts::count`](crate::Contacts::count).
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn count(&self) -> Result<u64> {
        self.transaction.call(|tx| self.view.count(tx))
    }

    /// As [`Contacts::changes_since`](crate::Contacts::changes_since). A number that the
    /// transaction gave is given again if it is rolled back: keep none before it is
    /// committed.
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::changes_since`](crate::Contacts::changes_since).
    pub fn changes_since(&self, since: u64, limit: usize) -> Result<Vec<ChangeEntry>> {
        self.transaction
            .call(|tx| self.view.changes_since(tx, since, limit))
    }

    /// As [`Contacts::last_change`](crate::Contacts::last_change).
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn last_change(&self) -> Result<u64> {
        self.transaction.call(|tx| self.view.last_change(tx))
    }

    /// As [`Contacts::history`](crate::Contacts::history).
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::history`](crate::Contacts::history).
    pub fn history(&self, id: ContactId, since: u64, limit: usize) -> Result<History> {
        self.transaction
            .call(|tx| self.view.history(tx, id, since, limit))
    }

    /// As [`Contacts::address_book`](crate::Contacts::address_book).
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::address_book`](crate::Contacts::address_book).
    pub fn address_book(&self, request: &BookRequest) -> Result<BookPage> {
        let asked = AskedBook::read(&self.view, self.transaction.inner.id, request)?;
        self.transaction
            .call(|tx| self.view.address_book(tx, &asked, None))
    }

    /// As [`Contacts::count_matching`](crate::Contacts::count_matching).
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::count_matching`](crate::Contacts::count_matching).
    pub fn count_matching(&self, filter: &ContactFilter) -> Result<u64> {
        let filter = Matcher::read(filter)?;
        self.transaction
            .call(|tx| self.view.count_matching(tx, &filter))
    }
}
