//! Definitions of custom fields.

use super::beside::there;
use super::view::View;
use super::{Contacts, TransactionContacts};
use crate::contact::refused::Refused;
use crate::contact::{FieldDefinition, FieldDefinitionDraft, FieldDefinitionPatch};
use crate::error::{Error, Result};
use crate::store::{Edit, Failure, Look, Reading};

impl FieldDefinitionPatch {
    /// Reads a patch in JSON: a value replaces, null clears, what is not named stays.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest) for what is not JSON, an
    /// unknown key or a value of the wrong type.
    pub fn from_json(json: &str) -> Result<Self> {
        Ok(Self::read_json(json)?)
    }
}

/// What a look at a definition leads to.
type Looked<T> = Result<Look<T, Edit<FieldDefinition>>, Failure>;

impl View {
    fn fields(&self, tx: &Reading<'_>) -> Result<Vec<FieldDefinition>, Failure> {
        match self.row(tx)? {
            Some(scope) => tx.definitions(scope),
            None => Ok(Vec::new()),
        }
    }

    /// A definition by its name, or else by its id.
    fn field(&self, tx: &Reading<'_>, field: &str) -> Result<FieldDefinition, Failure> {
        let mut found = None;
        if let Some(scope) = self.row(tx)? {
            found = tx.definition_named(scope, field)?;
            if let (None, Ok(id)) = (&found, field.parse()) {
                found = tx.definition(scope, id)?;
            }
        }
        there(found, "field", field)
    }

    fn look_define_field(
        &self,
        tx: &Reading<'_>,
        draft: &FieldDefinitionDraft,
    ) -> Looked<FieldDefinition> {
        let scope = self.row(tx)?;
        let behind = match scope {
            Some(scope) => tx.behind_definitions(scope)?,
            None => 1,
        };
        let new = draft.read(behind).map_err(Error::from)?;
        if let Some(scope) = scope {
            if tx.definition_named(scope, &new.name)?.is_some() {
                let reason = "it is defined in this scope already; redefine it instead";
                return Err(refused("name", &new.name, reason));
            }
            values_fit(tx, scope, &new)?;
        }
        Ok(Look::Write(Edit::Add(new)))
    }

    fn look_redefine_field(
        &self,
        tx: &Reading<'_>,
        field: &str,
        patch: &FieldDefinitionPatch,
    ) -> Looked<FieldDefinition> {
        let before = self.field(tx, field)?;
        let after = patch.applied(&before).map_err(Error::from)?;
        if before == after {
            return Ok(Look::Answer(before));
        }
        if let (true, Some(scope)) = (before.kind != after.kind, self.row(tx)?) {
            values_fit(tx, scope, &after)?;
        }
        Ok(Look::Write(Edit::Change { before, after }))
    }

    fn look_remove_definition(&self, tx: &Reading<'_>, field: &str) -> Looked<()> {
        Ok(Look::Write(Edit::Remove(self.field(tx, field)?)))
    }

    fn defines_fields_as_they_come(&self, tx: &Reading<'_>) -> Result<bool, Failure> {
        match self.row(tx)? {
            Some(scope) => tx.defines_fields_as_they_come(scope),
            None => Ok(true),
        }
    }

    fn look_define_fields_as_they_come(
        &self,
        tx: &Reading<'_>,
        yes: bool,
    ) -> Result<Look<(), bool>, Failure> {
        Ok(match self.defines_fields_as_they_come(tx)? == yes {
            true => Look::Answer(()),
            false => Look::Write(yes),
        })
    }
}

/// A type is only given to a field whose values fit it.
fn values_fit(tx: &Reading<'_>, scope: i64, new: &FieldDefinition) -> Result<(), Failure> {
    match tx.misfit(scope, new)? {
        None => Ok(()),
        Some(contact) => {
            let reason = format!("it does not fit the value that contact {contact} has");
            Err(refused("type", new.kind.as_str(), &reason))
        }
    }
}

fn refused(field: &str, value: &str, reason: &str) -> Failure {
    Error::from(Refused::field(field, value, reason)).into()
}

impl Contacts {
    /// Defines a custom field of the scope.
    ///
    /// From then on every value that a request gives for it must be of its type, by name and
    /// by shape, and one of its options, if it has some. It is one entry in the change log,
    /// `field`, that names no contact.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidField`] if it is defined already, if a value that a contact has under
    /// this name does not fit, for options that the type does not have, and for what is over
    /// the [`Limits`](crate::Limits); and those of a store.
    ///
    /// ```
    /// use kinfold::{FieldDefinitionDraft, FieldType, Kinfold, ResolveRequest, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let plan = FieldDefinitionDraft::new("plan", FieldType::SingleSelect);
    /// let plan = contacts.define_field(&plan.options(["silver", "gold"]))?;
    /// assert_eq!(contacts.field("plan")?, plan);
    ///
    /// let refused = contacts.resolve(ResolveRequest::from_json(
    ///     r#"{"email":"ana@example.com",
    ///         "custom_fields":{"plan":{"type":"single_select","value":"bronze"}}}"#,
    /// )?);
    /// assert_eq!(refused.unwrap_err().field(), Some("custom_fields.plan"));
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn define_field(&self, draft: &FieldDefinitionDraft) -> Result<FieldDefinition> {
        self.look_then_write(
            |tx| self.view.look_define_field(tx, draft),
            |tx, edit, stamp| tx.write_definition(&self.view.scope, edit, stamp),
        )
    }

    /// Changes what a patch names of a definition, which is known by its name or its id. If
    /// nothing changes, nothing is written.
    ///
    /// The type changes only if every value that a contact has fits the new one, options
    /// included. A value keeps the name of the type under which it was written until it is
    /// written again. Label, options, placeholder and position change whatever contacts
    /// have: a value that is no option any more stays, and is refused when it is given anew.
    ///
    /// # Errors
    ///
    /// Those of [`field`](Self::field) and [`define_field`](Self::define_field).
    pub fn redefine_field(
        &self,
        field: &str,
        patch: &FieldDefinitionPatch,
    ) -> Result<FieldDefinition> {
        self.look_then_write(
            |tx| self.view.look_redefine_field(tx, field, patch),
            |tx, edit, stamp| tx.write_definition(&self.view.scope, edit, stamp),
        )
    }

    /// Removes a definition, which is known by its name or its id. The values that contacts
    /// have stay: they are data. The next value that a request gives is one of an undefined
    /// field.
    ///
    /// # Errors
    ///
    /// Those of [`field`](Self::field).
    pub fn remove_definition(&self, field: &str) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_remove_definition(tx, field),
            |tx, edit, stamp| tx.write_definition(&self.view.scope, edit, stamp).map(drop),
        )
    }

    /// The definitions of the scope's custom fields, by their position.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn fields(&self) -> Result<Vec<FieldDefinition>> {
        self.kinfold.inner.read(|tx| self.view.fields(tx))
    }

    /// The definition of a custom field, by its name or by its id.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuch`] if it is not defined in the scope, and those of a store.
    pub fn field(&self, field: &str) -> Result<FieldDefinition> {
        self.kinfold.inner.read(|tx| self.view.field(tx, field))
    }

    /// Whether a custom field that is not defined is defined by the first value that a
    /// request gives for it, with the type that the request names; else such a value is
    /// refused.
    ///
    /// A new scope defines fields as they come, because a request names the type with each
    /// value. Definitions that are there already, and the values that contacts have, stay as
    /// they are. The setting is kept in the store; its change is one entry in the change log,
    /// `settings`, that names no contact.
    ///
    /// # Errors
    ///
    /// Those of a store.
    ///
    /// ```
    /// use kinfold::{Kinfold, ResolveRequest, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let request = |json| contacts.resolve(ResolveRequest::from_json(json)?);
    /// request(
    ///     r#"{"email":"ana@example.com","custom_fields":{"plan":{"type":"text","value":"gold"}}}"#,
    /// )?;
    /// assert_eq!(contacts.field("plan")?.kind.as_str(), "text");
    ///
    /// contacts.define_fields_as_they_come(false)?;
    /// let refused = request(
    ///     r#"{"email":"ana@example.com","custom_fields":{"size":{"type":"number","value":38}}}"#,
    /// );
    /// assert_eq!(refused.unwrap_err().field(), Some("custom_fields.size"));
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn define_fields_as_they_come(&self, yes: bool) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_define_fields_as_they_come(tx, yes),
            |tx, yes, stamp| tx.set_defines_fields(&self.view.scope, yes, stamp),
        )
    }

    /// Whether the scope defines fields as they come, as
    /// [`define_fields_as_they_come`](Self::define_fields_as_they_come) says.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn defines_fields_as_they_come(&self) -> Result<bool> {
        let inner = &self.kinfold.inner;
        inner.read(|tx| self.view.defines_fields_as_they_come(tx))
    }
}

impl TransactionContacts<'_> {
    /// As [`Contacts::define_field`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::define_field`].
    pub fn define_field(&self, draft: &FieldDefinitionDraft) -> Result<FieldDefinition> {
        self.look_then_write(
            |tx| self.view.look_define_field(tx, draft),
            |tx, edit, stamp| tx.write_definition(&self.view.scope, edit, stamp),
        )
    }

    /// As [`Contacts::redefine_field`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::redefine_field`].
    pub fn redefine_field(
        &self,
        field: &str,
        patch: &FieldDefinitionPatch,
    ) -> Result<FieldDefinition> {
        self.look_then_write(
            |tx| self.view.look_redefine_field(tx, field, patch),
            |tx, edit, stamp| tx.write_definition(&self.view.scope, edit, stamp),
        )
    }

    /// As [`Contacts::remove_definition`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::remove_definition`].
    pub fn remove_definition(&self, field: &str) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_remove_definition(tx, field),
            |tx, edit, stamp| tx.write_definition(&self.view.scope, edit, stamp).map(drop),
        )
    }

    /// As [`Contacts::fields`].
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn fields(&self) -> Result<Vec<FieldDefinition>> {
        self.read(|tx| self.view.fields(tx))
    }

    /// As [`Contacts::field`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::field`].
    pub fn field(&self, field: &str) -> Result<FieldDefinition> {
        self.read(|tx| self.view.field(tx, field))
    }

    /// As [`Contacts::define_fields_as_they_come`].
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn define_fields_as_they_come(&self, yes: bool) -> Result<()> {
        self.look_then_write(
            |tx| self.view.look_define_fields_as_they_come(tx, yes),
            |tx, yes, stamp| tx.set_defines_fields(&self.view.scope, yes, stamp),
        )
    }

    /// As [`Contacts::defines_fields_as_they_come`].
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn defines_fields_as_they_come(&self) -> Result<bool> {
        self.read(|tx| self.view.defines_fields_as_they_come(tx))
    }
}
