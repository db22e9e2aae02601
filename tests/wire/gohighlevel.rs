//! The examples of GoHighLevel's documents, byte for byte but for ids.

use kinfold::wire::gohighlevel::{DefinitionRequest, GoHighLevel};
use kinfold::wire::{Api, Fault};
use kinfold::{ContactId, Draft, FlagField, Json, ListField, TextField};
use serde_json::{Value, json};

use crate::support::{LOCATION, NOW, access, contacts_of, create, id_of, request, told, update};

/// Definitions of the nine types in the order of the document's example.
fn define_nine(ghl: &GoHighLevel<'_>) -> Vec<String> {
    let types = [
        "TEXT",
        "LARGE_TEXT",
        "SINGLE_OPTIONS",
        "RADIO",
        "NUMERICAL",
        "MONETORY",
        "CHECKBOX",
        "MULTIPLE_OPTIONS",
        "FILE_UPLOAD",
    ];
    let each = types.into_iter().enumerate().map(|(number, kind)| {
        let body = json!({ "name": format!("Field {number}"), "dataType": kind }).to_string();
        let defined = ghl.define(LOCATION, &DefinitionRequest::from_json(&body).unwrap());
        let (status, body) = told(defined);
        assert_eq!(
            (status, &body["customField"]["dataType"]),
            (201, &json!(kind))
        );
        body["customField"]["id"].as_str().unwrap().to_owned()
    });
    each.collect()
}

/// The request of the create document; its custom fields have an id each.
fn example(ids: &[String]) -> String {
    let file = r#"{"f31175d4-2b06-4fc6-b7bc-74cd814c68cb":{"meta":{"fieldname":"1HeGizb13P0odwgOgKSs","originalname":"IMG_20231215_164412935.jpg","encoding":"7bit","mimetype":"image/jpeg","size":1786611,"uuid":"f31175d4-2b06-4fc6-b7bc-74cd814c68cb"},"url":"https://services.leadconnectorhq.com/documents/download/w2M9qTZ0ZJz8rGt02jdJ","documentId":"w2M9qTZ0ZJz8rGt02jdJ"}}"#;
    let values = [
        r#""My Text""#,
        r#""My Text""#,
        r#""My Selected Option""#,
        r#""My Selected Option""#,
        "100",
        "100.5",
        r#"["test","test2"]"#,
        r#"["test","test2"]"#,
        file,
    ];
    let fields = ids.iter().zip(values).map(|(id, value)| {
        format!(r#"{{"id":"{id}","key":"my_custom_field","field_value":{value}}}"#)
    });
    let fields = fields.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"firstName":"Rosan","lastName":"Deo","name":"Rosan Deo","email":"rosan@deos.com",
        "locationId":"ve9EPM428h8vShlRW1KT","gender":"male","phone":"+1 888-888-8888",
        "address1":"3535 1st St N","city":"Dolomite","state":"AL","postalCode":"35061",
        "website":"https://www.tesla.com","timezone":"America/Chihuahua","dnd":true,
        "dndSettings":{DND},"inboundDndSettings":{{"all":{{"status":"active","message":"string"}}}},
        "tags":["nisi sint commodo amet","consequat"],"customFields":[{fields}],
        "source":"public api","country":"US","companyName":"DGS VolMAX",
        "assignedTo":"y0BeYjuRIlDwsDcOHOJo"}}"#
    )
}

const DND: &str = concat!(
    r#"{"Call":{"status":"active","message":"string","code":"string"},"#,
    r#""Email":{"status":"active","message":"string","code":"string"},"#,
    r#""SMS":{"status":"active","message":"string","code":"string"},"#,
    r#""WhatsApp":{"status":"active","message":"string","code":"string"},"#,
    r#""GMB":{"status":"active","message":"string","code":"string"},"#,
    r#""FB":{"status":"active","message":"string","code":"string"}}"#
);

#[test]
fn the_request_of_the_create_document_is_answered_in_its_shape() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let ids = define_nine(&ghl);
    let sent = example(&ids);
    let reply = ghl.create(&request(&sent)).unwrap();
    assert_eq!(reply.status, 201);
    let id = id_of(&serde_json::from_str(&reply.body).unwrap());

    let sent: Value = serde_json::from_str(&sent).unwrap();
    let fields = sent["customFields"].as_array().unwrap();
    let raw = example(&ids);
    let mut values = Vec::new();
    for (field, rest) in fields.iter().zip(raw.split(r#""field_value":"#).skip(1)) {
        // The value as it was sent, up to the brace behind it.
        let value = &rest[..rest.find("},{\"id\"").or(rest.find("}],")).unwrap()];
        let id = field["id"].as_str().unwrap();
        values.push(format!(r#"{{"id":"{id}","value":{value}}}"#));
    }
    let expected = [
        r#"{"contact":{"id":""#,
        &id,
        r#"","dateAdded":"2021-08-31T09:59:41.937Z","dateUpdated":"2021-08-31T09:59:41.937Z","#,
        r#""deleted":false,"tags":["nisi sint commodo amet","consequat"],"customFields":["#,
        &values.join(","),
        r#"],"locationId":"ve9EPM428h8vShlRW1KT","firstName":"Rosan","firstNameLowerCase":"rosan","#,
        r#""fullNameLowerCase":"rosan deo","lastName":"Deo","lastNameLowerCase":"deo","#,
        r#""email":"rosan@deos.com","emailLowerCase":"rosan@deos.com","bounceEmail":false,"#,
        r#""unsubscribeEmail":false,"dnd":true,"dndSettings":"#,
        DND,
        r#","phone":"+18888888888","address1":"3535 1st St N","city":"Dolomite","state":"AL","#,
        r#""country":"US","postalCode":"35061","website":"https://www.tesla.com","#,
        r#""source":"public api","companyName":"DGS VolMAX","offers":[],"products":[],"#,
        r#""assignedTo":"y0BeYjuRIlDwsDcOHOJo","gender":"male","timezone":"America/Chihuahua","#,
        r#""inboundDndSettings":{"all":{"status":"active","message":"string"}}}}"#,
    ]
    .concat();
    assert_eq!(reply.body, expected);
}

/// The document's response is of somebody of whom more is known than a request can say.
#[test]
fn the_response_of_the_create_document_comes_back_byte_for_byte() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let body = r#"{"name":"name","dataType":"TEXT"}"#;
    let defined = ghl.define(LOCATION, &DefinitionRequest::from_json(body).unwrap());
    let field = told(defined).1["customField"]["id"]
        .as_str()
        .unwrap()
        .to_owned();

    // What only the library says.
    let seed = Draft::new()
        .email("rubika@deos.com")
        .text(TextField::ContactType, "read")
        .text(TextField::BusinessId, "641c094001436dbc2081e642")
        .flag(FlagField::EmailBounced, false)
        .flag(FlagField::EmailUnsubscribed, false)
        .last_session_activity_at("2021-07-16T11:39:30.564Z".parse().unwrap());
    let made = contacts_of(&access).resolve(seed).unwrap().contact;
    let sent = format!(
        r#"{{"firstName":"rubika","lastName":"Deo","dateOfBirth":"1990-09-25","dnd":true,
        "dndSettings":{DND},"phone":"+1 883-232-7657","address1":"3535 1st St N",
        "city":"ruDolomitebika","state":"AL","country":"US","postalCode":"35061",
        "website":"https://www.tesla.com","source":"public api","companyName":"DGS VolMAX",
        "tags":["nisi sint commodo amet","consequat"],"assignedTo":"y0BeYjuRIlDwsDcOHOJo",
        "customFields":[{{"id":"{field}","value":"name"}}]}}"#
    );
    let reply = ghl.update(&made.id.to_string(), &request(&sent)).unwrap();
    assert_eq!(reply.status, 200);

    let example = [
        r#"{"id":"seD4PfOuKoVMLkEZqohJ","dateAdded":"2021-08-31T09:59:41.937Z","#,
        r#""dateUpdated":"2021-08-31T09:59:41.937Z","deleted":false,"#,
        r#""tags":["nisi sint commodo amet","consequat"],"type":"read","#,
        r#""customFields":[{"id":"MgobCB14YMVKuE4Ka8p1","value":"name"}],"#,
        r#""locationId":"ve9EPM428h8vShlRW1KT","firstName":"rubika","firstNameLowerCase":"rubika","#,
        r#""fullNameLowerCase":"rubika deo","lastName":"Deo","lastNameLowerCase":"deo","#,
        r#""email":"rubika@deos.com","emailLowerCase":"rubika@deos.com","bounceEmail":false,"#,
        r#""unsubscribeEmail":false,"dnd":true,"dndSettings":"#,
        DND,
        r#","phone":"+18832327657","address1":"3535 1st St N","city":"ruDolomitebika","#,
        r#""state":"AL","country":"US","postalCode":"35061","website":"https://www.tesla.com","#,
        r#""source":"public api","companyName":"DGS VolMAX","#,
        r#""dateOfBirth":"1990-09-25T00:00:00.000Z","birthMonth":8,"birthDay":25,"#,
        r#""lastSessionActivityAt":"2021-07-16T11:39:30.564Z","offers":[],"products":[],"#,
        r#""businessId":"641c094001436dbc2081e642","assignedTo":"y0BeYjuRIlDwsDcOHOJo""#,
    ]
    .concat();
    let example = example
        .replace("seD4PfOuKoVMLkEZqohJ", &made.id.to_string())
        .replace("MgobCB14YMVKuE4Ka8p1", &field);
    // What the answers to other calls have besides.
    let besides = r#","name":"rubika Deo","lastActivity":"2021-07-16T11:39:30.564Z"}"#;
    let expected = format!(r#"{{"succeded":true,"contact":{example}{besides}}}"#);
    assert_eq!(reply.body, expected);
    let got = ghl.get(&made.id.to_string()).unwrap();
    assert_eq!(got.body, format!(r#"{{"contact":{example}{besides}}}"#));
}

#[test]
fn errors_have_the_documents_bodies() {
    let bodies = [
        (
            Fault::Unauthorized,
            401,
            r#"{"error":"Unauthorized","message":"Invalid token: access token is invalid","statusCode":401}"#,
        ),
        (
            Fault::ReadOnly,
            401,
            r#"{"error":"Unauthorized","message":"The token is not authorized for this scope.","statusCode":401}"#,
        ),
        (
            Fault::Malformed("Bad Request".to_owned()),
            400,
            r#"{"message":"Bad Request","statusCode":400}"#,
        ),
    ];
    for (fault, status, expected) in bodies {
        let reply = fault.reply(Api::GoHighLevel);
        let parsed: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(reply.status, status);
        assert_eq!(parsed, serde_json::from_str::<Value>(expected).unwrap());
    }
    let (status, body) = create(&access(), r#"{"locationId":"ve9EPM428h8vShlRW1KT"}"#);
    assert_eq!(status, 422);
    assert_eq!(
        body,
        json!({
            "statusCode": 422,
            "message": ["email or phone: one of them must be given"],
            "error": "Unprocessable Entity",
        })
    );
}

/// The recipes' own request and response.
#[test]
fn the_recipes_are_answered_as_they_say() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let (_, field) = told(ghl.define(
        LOCATION,
        &DefinitionRequest::from_json(r#"{"name":"Employer","dataType":"TEXT"}"#).unwrap(),
    ));
    let field = field["customField"]["id"].as_str().unwrap().to_owned();
    let sent = json!({
        "locationId": LOCATION, "firstName": "Jane", "lastName": "Smith",
        "email": "jane@example.com", "phone": "+14155550101", "tags": ["lead", "webinar-signup"],
        "customFields": [{ "id": field, "value": "Acme Corp" }],
    });
    let (status, made) = create(&access, &sent.to_string());
    let id = id_of(&made);
    assert_eq!(status, 201);
    let shown = json!({
        "id": id, "locationId": LOCATION, "firstName": "Jane", "lastName": "Smith",
        "email": "jane@example.com", "phone": "+14155550101", "tags": ["lead", "webinar-signup"],
        "dateAdded": NOW, "dateUpdated": NOW,
        "customFields": [{ "id": field, "value": "Acme Corp" }],
    });
    for (member, value) in shown.as_object().unwrap() {
        assert_eq!(&made["contact"][member], value, "{member}");
    }

    let sent = json!({
        "firstName": "Jane", "lastName": "Doe", "tags": ["lead", "webinar-signup", "qualified"],
    });
    let (status, changed) = update(&access, &id, &sent.to_string());
    assert_eq!((status, &changed["succeded"]), (200, &json!(true)));
    assert_eq!(changed["contact"]["lastName"], "Doe");
    assert_eq!(
        changed["contact"]["email"], "jane@example.com",
        "what is not named stays"
    );
    let fewer = update(&access, &id, r#"{"tags":["lead"]}"#).1;
    assert_eq!(
        fewer["contact"]["tags"],
        json!(["lead"]),
        "tags are replaced"
    );
}

#[test]
fn nobody_is_an_id_of_another_form() {
    let access = access();
    for id in ["CONTACT_ID", "", "é", &ContactId::NONE.to_string()] {
        let (status, body) = told(GoHighLevel::new(&access).get(id));
        assert_eq!(status, 404, "{id}");
        assert_eq!(body["error"], "Not Found");
    }
}

/// What other APIs and the library know of a contact.
#[test]
fn more_is_shown_than_requests_can_say() {
    let access = access();
    let draft = Draft::new()
        .email("ana@example.com")
        .item(ListField::Offers, "spring")
        .item(ListField::Products, "plan-a")
        .item(ListField::Followers, "maria")
        .flag(FlagField::EmailBounced, true)
        .text(TextField::VisitorId, "v-1")
        .object(
            kinfold::ObjectField::Attribution,
            Json::parse(r#"{"url":"https://example.com"}"#).unwrap(),
        )
        .object(
            kinfold::ObjectField::LastAttribution,
            Json::parse(r#"{"medium":"email"}"#).unwrap(),
        );
    let made = contacts_of(&access).resolve(draft).unwrap().contact;
    let (_, body) = told(GoHighLevel::new(&access).get(&made.id.to_string()));
    let contact = &body["contact"];
    assert_eq!(contact["offers"], json!(["spring"]));
    assert_eq!(contact["products"], json!(["plan-a"]));
    assert_eq!(contact["followers"], json!(["maria"]));
    assert_eq!(contact["bounceEmail"], true);
    assert_eq!(contact["visitorId"], "v-1");
    assert_eq!(contact["attributionSource"]["url"], "https://example.com");
    assert_eq!(contact["lastAttributionSource"]["medium"], "email");
}
