//! Definitions of custom fields, as rows.

use rusqlite::{OptionalExtension, Row, params};

use super::apply::{NewChange, Stamp};
use super::beside::{Edit, Kept, Owner, json_in, json_or_null};
use super::failure::Result;
use super::{Reading, Writing};
use crate::clock::Timestamp;
use crate::contact::custom_field::{KnownFields, NamedFields, NewDefinition, given};
use crate::contact::{
    Beside, ContactId, CustomField, CustomFieldId, FieldDefinition, FieldType, Json, OrderedMap,
};
use crate::scope::Scope;

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT uuid, name, label, type, options, placeholder, position, created_at
             FROM custom_field WHERE ",
            $where
        )
    };
}

impl Reading<'_> {
    /// What a scope says of the custom fields for which a request has a value.
    pub(crate) fn known_fields(
        &self,
        scope: Option<i64>,
        named: &NamedFields,
    ) -> Result<KnownFields> {
        let mut known = KnownFields::default();
        let Some(scope) = scope else {
            return Ok(known);
        };
        let mut all_defined = true;
        for (name, _) in given(named) {
            match self.definition_named(scope, name)? {
                Some(definition) => known.definitions.push(definition),
                None => all_defined = false,
            }
        }
        if !all_defined {
            known.defined_as_they_come = self.defines_fields_as_they_come(scope)?;
        }
        Ok(known)
    }

    /// The definitions of a scope in their order.
    pub(crate) fn definitions(&self, scope: i64) -> Result<Vec<FieldDefinition>> {
        let mut select = self
            .connection
            .prepare_cached(select!("scope = ?1 ORDER BY position, id"))?;
        let rows = select.query_map([scope], definition)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn definition_named(
        &self,
        scope: i64,
        name: &str,
    ) -> Result<Option<FieldDefinition>> {
        let mut select = self
            .connection
            .prepare_cached(select!("scope = ?1 AND name = ?2"))?;
        let found = select.query_row(params![scope, name], definition);
        Ok(found.optional()?)
    }

    pub(crate) fn definition(
        &self,
        scope: i64,
        id: CustomFieldId,
    ) -> Result<Option<FieldDefinition>> {
        let mut select = self
            .connection
            .prepare_cached(select!("scope = ?1 AND uuid = ?2"))?;
        let found = select.query_row(params![scope, id.as_bytes()], definition);
        Ok(found.optional()?)
    }

    /// The place behind all definitions of a scope.
    pub(crate) fn behind_definitions(&self, scope: i64) -> Result<i64> {
        let mut select = self
            .connection
            .prepare_cached("SELECT max(position) FROM custom_field WHERE scope = ?1")?;
        let last: Option<i64> = select.query_row([scope], |row| row.get(0))?;
        Ok(last.unwrap_or_default().saturating_add(1))
    }

    /// Whether a field that has no definition is defined by its first value.
    pub(crate) fn defines_fields_as_they_come(&self, scope: i64) -> Result<bool> {
        let mut select = self
            .connection
            .prepare_cached("SELECT defines_fields FROM scope WHERE id = ?1")?;
        Ok(select.query_row([scope], |row| row.get(0))?)
    }

    /// A contact, live or deleted, that has a value under the definition's name which does
    /// not fit. Reads every contact of the scope that has custom fields.
    pub(crate) fn misfit(
        &self,
        scope: i64,
        definition: &FieldDefinition,
    ) -> Result<Option<ContactId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT uuid, custom_fields FROM contact
             WHERE scope = ?1 AND custom_fields IS NOT NULL",
        )?;
        let mut rows = select.query([scope])?;
        while let Some(row) = rows.next()? {
            let fields: Option<OrderedMap<CustomField>> = json_in(row, 1)?;
            let value = fields
                .as_ref()
                .and_then(|fields| fields.get(&definition.name));
            if value.is_some_and(|field| !definition.fits(&field.value)) {
                return Ok(Some(ContactId::from_bytes(row.get(0)?)));
            }
        }
        Ok(None)
    }
}

fn definition(row: &Row<'_>) -> rusqlite::Result<FieldDefinition> {
    Ok(FieldDefinition {
        id: CustomFieldId::from_bytes(row.get(0)?),
        name: row.get(1)?,
        label: row.get(2)?,
        kind: FieldType::named(row.get_ref(3)?.as_str()?),
        options: json_in(row, 4)?,
        placeholder: row.get(5)?,
        position: row.get(6)?,
        created_at: Timestamp::from_milliseconds(row.get(7)?),
    })
}

impl Writing<'_> {
    /// Defines the fields that a request's own values define; the request's entry in the
    /// log tells it.
    pub(super) fn define_fields(
        &self,
        scope: i64,
        defines: &[NewDefinition],
        stamp: &Stamp<'_>,
    ) -> Result<()> {
        let mut position = self.behind_definitions(scope)?;
        for new in defines {
            let mut definition = FieldDefinition {
                id: CustomFieldId::NONE,
                name: new.name.clone(),
                label: None,
                kind: new.kind.clone(),
                options: None,
                placeholder: None,
                position,
                created_at: stamp.now,
            };
            definition.stamp(Some((stamp.new_id)()), stamp.now);
            definition.insert(self, scope)?;
            position = position.saturating_add(1);
        }
        Ok(())
    }

    /// Writes a definition of a scope, and its entry in the log.
    pub(crate) fn write_definition(
        &self,
        scope: &Scope,
        edit: Edit<FieldDefinition>,
        stamp: &Stamp<'_>,
    ) -> Result<FieldDefinition> {
        let scope = self.intern(scope, stamp.now)?;
        self.write_beside(Owner::Scope(scope), edit, stamp)
    }

    /// Says whether a scope defines fields as they come, which it did not say before.
    pub(crate) fn set_defines_fields(
        &self,
        scope: &Scope,
        as_they_come: bool,
        stamp: &Stamp<'_>,
    ) -> Result<()> {
        let scope = self.intern(scope, stamp.now)?;
        let mut update = self
            .connection
            .prepare_cached("UPDATE scope SET defines_fields = ?2 WHERE id = ?1")?;
        update.execute(params![scope, as_they_come])?;
        let told = [
            ("before", Json::from(!as_they_come)),
            ("after", Json::from(as_they_come)),
        ];
        let told = OrderedMap::from_iter(told).to_json();
        let change = NewChange {
            scope,
            contact: None,
            op: "settings",
            difference: &OrderedMap::from_iter([("defines_fields_as_they_come", told)]),
        };
        self.log(&change, stamp)?;
        Ok(())
    }
}

impl Kept for FieldDefinition {
    fn insert(&self, tx: &Writing<'_>, owner: i64) -> Result<()> {
        let mut insert = tx.connection.prepare_cached(
            "INSERT INTO custom_field (uuid, name, label, type, options, placeholder, position,
                                       created_at, scope)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        insert.execute(params![
            self.id.as_bytes(),
            self.name,
            self.label,
            self.kind.as_str(),
            json_or_null(&self.options, self.options.is_none()),
            self.placeholder,
            self.position,
            self.created_at.as_milliseconds(),
            owner,
        ])?;
        Ok(())
    }

    fn update(&self, tx: &Writing<'_>) -> Result<()> {
        let mut update = tx.connection.prepare_cached(
            "UPDATE custom_field SET label = ?2, type = ?3, options = ?4, placeholder = ?5,
                                     position = ?6
             WHERE uuid = ?1",
        )?;
        update.execute(params![
            self.id.as_bytes(),
            self.label,
            self.kind.as_str(),
            json_or_null(&self.options, self.options.is_none()),
            self.placeholder,
            self.position,
        ])?;
        Ok(())
    }

    fn delete(&self, tx: &Writing<'_>) -> Result<()> {
        let mut delete = tx
            .connection
            .prepare_cached("DELETE FROM custom_field WHERE uuid = ?1")?;
        delete.execute([self.id.as_bytes()])?;
        Ok(())
    }
}
