//! `field`: the definitions of custom fields.

use kinfold::{Contacts, FieldDefinition, FieldDefinitionDraft, FieldDefinitionPatch, FieldType};
use serde_json::json;

use crate::arguments::{FieldCommand, Switch};
use crate::failure::Failure;
use crate::output::{Output, on_one_line};

pub(crate) fn run(
    contacts: &Contacts,
    what: &FieldCommand,
    output: &Output,
) -> Result<(), Failure> {
    let definition = match what {
        FieldCommand::Define {
            name,
            kind,
            label,
            option,
            placeholder,
            position,
        } => {
            let mut draft = FieldDefinitionDraft::new(name, FieldType::named(kind));
            draft.label.clone_from(label);
            draft.options = (!option.is_empty()).then(|| option.clone());
            draft.placeholder.clone_from(placeholder);
            draft.position = *position;
            contacts.define_field(&draft)?
        }
        FieldCommand::List => {
            let mut lines = output.lines();
            for definition in contacts.fields()? {
                lines.write(&definition)?;
            }
            return lines.finish();
        }
        FieldCommand::Get { field } => contacts.field(field)?,
        FieldCommand::Update { field, json_patch } => {
            contacts.redefine_field(field, &FieldDefinitionPatch::from_json(json_patch)?)?
        }
        FieldCommand::Remove { field } => {
            contacts.remove_definition(field)?;
            return output.result(&json!({ "removed": field }), || {
                format!(
                    "Removed {}; the values of contacts stay",
                    on_one_line(field)
                )
            });
        }
        FieldCommand::AsTheyCome { switch } => {
            if let Some(switch) = switch {
                contacts.define_fields_as_they_come(*switch == Switch::On)?;
            }
            let yes = contacts.defines_fields_as_they_come()?;
            return output.result(&json!({ "defines_fields_as_they_come": yes }), || {
                match yes {
                    true => "The first value of a field defines it.",
                    false => "A value of a field that is not defined is refused.",
                }
                .to_owned()
            });
        }
    };
    output.result(&definition, || in_words(&definition))
}

fn in_words(definition: &FieldDefinition) -> String {
    let mut lines = vec![format!(
        "{}: {}",
        on_one_line(&definition.name),
        on_one_line(definition.kind.as_str())
    )];
    if let Some(label) = &definition.label {
        lines.push(format!("  label   {}", on_one_line(label)));
    }
    if let Some(options) = &definition.options {
        lines.push(format!("  options {}", on_one_line(&options.join(", "))));
    }
    lines.push(format!("  id      {}", definition.id));
    lines.join("\n")
}
