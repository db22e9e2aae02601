//! Several requests in one transaction.

use super::Contacts;
use super::view::Asked;
use crate::error::Result;
use crate::resolve::request::FieldRule;
use crate::resolve::{Outcome, ResolveRequest};
use crate::store::{Failure, Look, Reading};

/// What became of each request: its outcome, or why it was refused.
pub type Answers = Vec<Result<Outcome>>;

impl Contacts {
    /// Resolves several requests, one after the other, in one transaction: they share the
    /// cost of one commit, and all of them are durable when the call returns. A request
    /// that is refused does not stop the others.
    ///
    /// Others who write wait meanwhile; some hundred requests at a time are plenty.
    ///
    /// # Errors
    ///
    /// Those of a store, and then nothing of all the requests was written. What a request
    /// gets wrong is its own answer.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let answers = contacts.resolve_many([
    ///     Draft::new().email("ana@example.com"),
    ///     Draft::new().email("nobody"),
    ///     Draft::new().email("Ana@Example.com"),
    /// ])?;
    /// assert!(answers[0].as_ref().is_ok_and(|outcome| outcome.created));
    /// assert!(answers[1].is_err());
    /// assert!(answers[2].as_ref().is_ok_and(|outcome| !outcome.created));
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn resolve_many<R: Into<ResolveRequest>>(
        &self,
        requests: impl IntoIterator<Item = R>,
    ) -> Result<Answers> {
        self.run_many(requests.into_iter().map(Into::into), FieldRule::Fill)
    }

    /// Like [`resolve_many`](Self::resolve_many), with the rule of
    /// [`upsert`](Self::upsert) for fields.
    ///
    /// # Errors
    ///
    /// Those of [`resolve_many`](Self::resolve_many).
    pub fn upsert_many<R: Into<ResolveRequest>>(
        &self,
        requests: impl IntoIterator<Item = R>,
    ) -> Result<Answers> {
        self.run_many(requests.into_iter().map(Into::into), FieldRule::Replace)
    }

    /// Like [`resolve_many`](Self::resolve_many), of contacts to be made, as
    /// [`create`](Self::create) makes them. Those made earlier in the list are there for
    /// those behind them.
    ///
    /// # Errors
    ///
    /// Those of [`resolve_many`](Self::resolve_many).
    pub fn create_many<R: Into<ResolveRequest>>(
        &self,
        requests: impl IntoIterator<Item = R>,
    ) -> Result<Answers> {
        self.run_many(requests.into_iter().map(Into::into), FieldRule::Create)
    }

    fn run_many(
        &self,
        requests: impl Iterator<Item = ResolveRequest>,
        rule: FieldRule,
    ) -> Result<Answers> {
        let inner = &self.kinfold.inner;
        let requests: Vec<_> = requests
            .map(|request| self.view.read(inner, &request, rule))
            .collect();
        let unchanged = inner.read(|tx| self.answers_without_change(tx, &requests))?;
        let answers = match unchanged {
            Some(answers) => answers,
            None => inner.write(self.origin.as_deref(), |tx, stamp| {
                let mut answers = Vec::with_capacity(requests.len());
                for asked in requests.iter().flatten() {
                    answers.push(own_answer(self.view.apply(tx, asked, stamp))?);
                }
                Ok(answers)
            })?,
        };
        let mut answers = answers.into_iter();
        let in_order = requests.into_iter().filter_map(|request| match request {
            Ok(_) => answers.next(),
            Err(refused) => Some(Err(refused)),
        });
        Ok(in_order.collect())
    }

    /// The answers of those that could be read, if there is nothing to write for any.
    fn answers_without_change(
        &self,
        tx: &Reading<'_>,
        requests: &[Result<Asked>],
    ) -> Result<Option<Answers>, Failure> {
        let mut answers = Vec::with_capacity(requests.len());
        for asked in requests.iter().flatten() {
            match own_answer(self.view.look(tx, asked))? {
                Ok(Look::Answer(outcome)) => answers.push(Ok(outcome)),
                Ok(Look::Write(_)) => return Ok(None),
                Err(refused) => answers.push(Err(refused)),
            }
        }
        Ok(Some(answers))
    }
}

/// What a request got wrong is its own answer; a store that can't be used ends them all.
pub(super) fn own_answer<T>(done: Result<T, Failure>) -> Result<Result<T>, Failure> {
    match done {
        Ok(answer) => Ok(Ok(answer)),
        Err(Failure::Known(error)) if !error.is_storage() => Ok(Err(error)),
        Err(failure) => Err(failure),
    }
}
