//! Merging contacts, undoing it, and what the ledger says of both.

use super::view::View;
use super::{Contacts, TransactionContacts};
use crate::clock::Timestamp;
use crate::contact::{ContactId, MergeId};
use crate::error::{Error, Result};
use crate::resolve::merged::{self, MergePlan};
use crate::resolve::{MergeRules, Merged};
use crate::store::{Failure, MergeEntry, Reading, Stamp, Unmerged, Writing};

impl View {
    fn plan_merge(
        &self,
        tx: &Reading<'_>,
        survivor: ContactId,
        absorbed: ContactId,
        rules: &MergeRules,
    ) -> Result<(i64, MergePlan), Failure> {
        let (scope, to) = self.live(tx, survivor)?;
        let (_, from) = self.live(tx, absorbed)?;
        let survivor = tx.contact(to, &self.scope)?;
        let absorbed = tx.contact(from, &self.scope)?;
        Ok((scope, merged::plan(survivor, absorbed, rules)?))
    }

    pub(super) fn merge(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        survivor: ContactId,
        absorbed: ContactId,
        rules: &MergeRules,
    ) -> Result<Merged, Failure> {
        let (scope, plan) = self.plan_merge(tx, survivor, absorbed, rules)?;
        let lost = plan.lost.clone();
        let (merge, contact) = tx.merge(scope, plan, rules, stamp)?;
        Ok(Merged {
            merge,
            contact,
            lost,
        })
    }

    fn preview_merge(
        &self,
        tx: &Reading<'_>,
        survivor: ContactId,
        absorbed: ContactId,
        rules: &MergeRules,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<Merged, Failure> {
        let (_, mut plan) = self.plan_merge(tx, survivor, absorbed, rules)?;
        plan.contact.stamp(now(), false);
        Ok(Merged {
            merge: MergeId::NONE,
            contact: plan.contact,
            lost: plan.lost,
        })
    }

    fn unmerge(
        &self,
        tx: &Writing<'_>,
        stamp: &Stamp<'_>,
        merge: MergeId,
    ) -> Result<Unmerged, Failure> {
        let scope = self.row(tx)?.ok_or_else(|| Error::NoSuch {
            what: "merge",
            id: merge.to_string(),
        })?;
        tx.unmerge(scope, &self.scope, merge, stamp)
    }

    fn merges(&self, tx: &Reading<'_>, of: Option<ContactId>) -> Result<Vec<MergeEntry>, Failure> {
        let of = match of {
            Some(id) => {
                let not_found = || Failure::from(Error::NotFound(id));
                let scope = self.row(tx)?.ok_or_else(not_found)?;
                Some(tx.find(scope, id)?.ok_or_else(not_found)?.row)
            }
            None => None,
        };
        match self.row(tx)? {
            Some(scope) => tx.merges(scope, of),
            None => Ok(Vec::new()),
        }
    }
}

impl Contacts {
    /// Merges one contact into another. The survivor gains what it lacks, as the rules say,
    /// and the absorbed contact's id leads to it from now on. A mark that the two are
    /// different people does not stand in the way.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for an id that leads to no live contact;
    /// [`Error::InvalidRequest`] if both lead to one, or if the two have different values for
    /// one external source; those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, MergeRules, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.resolve(Draft::new().email("ana@example.com"))?.contact.id;
    /// let same = contacts.resolve(Draft::new().phone("+14155550101").name("Ana"))?.contact.id;
    ///
    /// let merged = contacts.merge(ana, same, &MergeRules::default())?;
    /// assert_eq!(merged.contact.phones().count(), 1);
    /// assert_eq!(contacts.get(same)?.id, ana);
    ///
    /// let undone = contacts.unmerge(merged.merge)?;
    /// assert_eq!(undone.survivor.phones().count(), 0);
    /// assert_eq!(undone.restored.id, same);
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn merge(
        &self,
        survivor: ContactId,
        absorbed: ContactId,
        rules: &MergeRules,
    ) -> Result<Merged> {
        self.write(|view, tx, stamp| view.merge(tx, stamp, survivor, absorbed, rules))
    }

    /// What [`merge`](Self::merge) would leave, and what of it would not be seen any more,
    /// without writing anything.
    ///
    /// # Errors
    ///
    /// Those of [`merge`](Self::merge).
    pub fn preview_merge(
        &self,
        survivor: ContactId,
        absorbed: ContactId,
        rules: &MergeRules,
    ) -> Result<Merged> {
        let now = || self.kinfold.inner.clock.now();
        self.read(|tx| self.view.preview_merge(tx, survivor, absorbed, rules, now))
    }

    /// Undoes a merge, also one of long ago, and in any order: what is left is what would be
    /// if it had not been made and all else had. Edits of the survivor stay with it, and the
    /// absorbed contact stands as it was.
    ///
    /// A key that went to another contact meanwhile stays there: a phone or an email is
    /// listed right behind it, an external id is not given back. The two are marked as
    /// different people.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuch`] if there is no such merge, [`Error::InvalidRequest`] if it was undone
    /// already, and those of a store.
    pub fn unmerge(&self, merge: MergeId) -> Result<Unmerged> {
        self.write(|view, tx, stamp| view.unmerge(tx, stamp, merge))
    }

    /// The merge ledger, oldest first: of the scope, or of a contact and those that lead to it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], and those of a store.
    pub fn merges(&self, of: Option<ContactId>) -> Result<Vec<MergeEntry>> {
        self.read(|tx| self.view.merges(tx, of))
    }
}

impl TransactionContacts<'_> {
    /// As [`Contacts::merge`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::merge`].
    pub fn merge(
        &self,
        survivor: ContactId,
        absorbed: ContactId,
        rules: &MergeRules,
    ) -> Result<Merged> {
        self.write(|view, tx, stamp| view.merge(tx, stamp, survivor, absorbed, rules))
    }

    /// As [`Contacts::preview_merge`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::merge`].
    pub fn preview_merge(
        &self,
        survivor: ContactId,
        absorbed: ContactId,
        rules: &MergeRules,
    ) -> Result<Merged> {
        let now = || self.transaction.inner.clock.now();
        self.read(|tx| self.view.preview_merge(tx, survivor, absorbed, rules, now))
    }

    /// As [`Contacts::unmerge`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::unmerge`].
    pub fn unmerge(&self, merge: MergeId) -> Result<Unmerged> {
        self.write(|view, tx, stamp| view.unmerge(tx, stamp, merge))
    }

    /// As [`Contacts::merges`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::merges`].
    pub fn merges(&self, of: Option<ContactId>) -> Result<Vec<MergeEntry>> {
        self.read(|tx| self.view.merges(tx, of))
    }
}
