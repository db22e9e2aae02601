//! The OpenAPI document of the service: what each API says of its calls, and what holds for all.

use axum::http::StatusCode;
use kinfold::wire::{
    Api, BlandFailure, ContactshipFailure, GoHighLevelFailure, GoHighLevelUnprocessable,
    RavanFailure,
};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
    Type,
};
use utoipa::{OpenApi, ToSchema};

use super::routes;

/// What every call of every API may answer besides what it says itself.
const REFUSALS: [(StatusCode, &str); 9] = [
    (StatusCode::BAD_REQUEST, "The request can't be read"),
    (
        StatusCode::UNAUTHORIZED,
        "No key, an unknown one, or one that may only read",
    ),
    (
        StatusCode::FORBIDDEN,
        "An organisation or location that the key does not open",
    ),
    (
        StatusCode::REQUEST_TIMEOUT,
        "The request did not come in time",
    ),
    (
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is larger than the service reads",
    ),
    (
        StatusCode::UNPROCESSABLE_ENTITY,
        "A field is missing or can't be used",
    ),
    (
        StatusCode::TOO_MANY_REQUESTS,
        "More calls than the key may make",
    ),
    (StatusCode::INTERNAL_SERVER_ERROR, "The store failed"),
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "Another writer holds the store; try again",
    ),
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "kinfold",
        description = "A local contact store, in the words of Bland, Contactship, GoHighLevel and Ravan",
    ),
    paths(routes::health, routes::document),
    components(schemas(
        BlandFailure,
        ContactshipFailure,
        GoHighLevelFailure,
        GoHighLevelUnprocessable,
        RavanFailure,
    ))
)]
struct Whole;

/// The document.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    let mut whole = Whole::openapi();
    whole.info.license = None;
    for (api, part) in routes::documents() {
        let mut part = part;
        for item in part.paths.paths.values_mut() {
            operations(item).for_each(|operation| complete(api, operation));
        }
        whole.merge(part);
    }
    let components = whole.components.get_or_insert_default();
    for api in routes::APIS {
        let (name, scheme) = scheme(api);
        components.add_security_scheme(name, scheme);
    }
    whole
}

/// The operations of a path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        ..
    } = item;
    [get, put, post, delete].into_iter().flatten()
}

/// Adds to a call what holds for all of its API.
fn complete(api: Api, operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(RefOr::T(location()));
    for (status, description) in REFUSALS {
        if status == StatusCode::UNPROCESSABLE_ENTITY && api != Api::GoHighLevel {
            continue;
        }
        let responses = &mut operation.responses.responses;
        let own = responses.entry(status.as_str().to_owned());
        own.or_insert_with(|| RefOr::T(refusal(api, status, description)));
    }
    let (name, _) = scheme(api);
    let needed = utoipa::openapi::security::SecurityRequirement::new::<_, _, &str>(name, []);
    operation.security = Some(vec![needed]);
}

fn location() -> Parameter {
    ParameterBuilder::new()
        .name("Location-Id")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The location, where the key opens several"))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                // What is no text of ASCII can't stand in a header.
                .pattern(Some("^([!-~]([ -~]*[!-~])?)?$")),
        ))
        .build()
}

fn refusal(api: Api, status: StatusCode, description: &str) -> Response {
    let name = match api {
        Api::Bland => BlandFailure::name(),
        Api::Contactship => ContactshipFailure::name(),
        Api::GoHighLevel if status == StatusCode::UNPROCESSABLE_ENTITY => {
            GoHighLevelUnprocessable::name()
        }
        Api::GoHighLevel => GoHighLevelFailure::name(),
        Api::Ravan => RavanFailure::name(),
    };
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(name)));
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/json", body.build());
    if status != StatusCode::TOO_MANY_REQUESTS {
        return response.build();
    }
    let seconds = ObjectBuilder::new().schema_type(Type::Integer);
    let wait = HeaderBuilder::new().schema(Some(seconds)).build();
    response.header("Retry-After", wait).build()
}

/// The key of an API: its name in the document, and where it stands.
fn scheme(api: Api) -> (&'static str, SecurityScheme) {
    let header = |name: &str| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(name)));
    match api {
        Api::Bland => ("bland", header("authorization")),
        Api::Contactship => ("contactship", header("x-api-key")),
        Api::GoHighLevel => {
            let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
            ("gohighlevel", SecurityScheme::Http(bearer))
        }
        Api::Ravan => ("ravan", header("X-Api-Key")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn in_the_document() -> BTreeSet<(String, String)> {
        let document = serde_json::to_value(document()).unwrap();
        let mut found = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                found.insert((method.to_uppercase(), path.clone()));
            }
        }
        found
    }

    fn in_the_table() -> BTreeSet<(String, String)> {
        let open = ["/health", "/openapi.json"].map(|path| ("GET".to_owned(), path.to_owned()));
        let routes = routes::all();
        let routes = routes.map(|route| (route.method.to_string(), route.path.to_owned()));
        routes.chain(open).collect()
    }

    #[test]
    fn the_document_and_the_table_say_the_same() {
        assert_eq!(in_the_document(), in_the_table());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = serde_json::to_string(&document()).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let references = text.split(r##""$ref":"#"##).skip(1);
        let mut count = 0;
        for reference in references.map(|rest| rest.split('"').next().unwrap()) {
            let pointer = reference.replace("%20", " ");
            assert!(document.pointer(&pointer).is_some(), "{reference}");
            count += 1;
        }
        assert!(count > 50, "{count}");
    }

    #[test]
    fn what_is_known_of_a_value_is_said() {
        let document = serde_json::to_value(document()).unwrap();
        let schema = |name: &str, member: &str| {
            let schemas = &document["components"]["schemas"];
            schemas[name]["properties"][member].clone()
        };
        let shortest = [
            ("contactship.CreateContact", "phone_number"),
            ("contactship.CreateContact", "full_name"),
            ("contactship.AdditionalData", "type"),
            ("contactship.AdditionalData", "field"),
            ("ravan.GetOrCreateContact", "org_id"),
        ];
        for (name, member) in shortest {
            assert_eq!(schema(name, member)["minLength"], 1, "{name} {member}");
        }
        for (member, most) in [("page", 10_000), ("pageLimit", 500)] {
            let schema = schema("gohighlevel.Search", member);
            assert_eq!(
                (&schema["minimum"], &schema["maximum"]),
                (&1.into(), &most.into())
            );
        }
        assert_eq!(
            schema("gohighlevel.WriteTask", "dueDate")["format"],
            "date-time"
        );
        let parameter = |path: &str, method: &str, name: &str| {
            let all = document["paths"][path][method]["parameters"].as_array();
            let mut all = all.unwrap().iter();
            let found = all.find(|parameter| parameter["name"] == name);
            found.unwrap()["schema"].clone()
        };
        let change = parameter("/contacts/bulk/tags/update/{type}", "post", "type");
        assert_eq!(change["enum"], serde_json::json!(["add", "remove"]));
        let limit = parameter("/contacts/", "get", "limit");
        assert_eq!(
            (&limit["minimum"], &limit["maximum"]),
            (&1.into(), &100.into())
        );
    }

    #[test]
    fn every_call_says_what_it_answers_and_needs_a_key() {
        let document = serde_json::to_value(document()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let responses = operation["responses"].as_object().unwrap();
                for (status, response) in responses {
                    let body = &response["content"]["application/json"]["schema"];
                    assert!(body.is_object(), "{method} {path} {status} has no body");
                }
                let is_open = matches!(path.as_str(), "/health" | "/openapi.json");
                assert_eq!(
                    operation["security"].is_array(),
                    !is_open,
                    "{method} {path}"
                );
            }
        }
    }
}
