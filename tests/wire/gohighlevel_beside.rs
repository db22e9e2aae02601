//! What stands beside a contact: tags, followers, notes, tasks, businesses, definitions.

use kinfold::wire::gohighlevel::{
    BulkTagsRequest, BusinessList, BusinessRequest, DefinitionRequest, FollowersRequest,
    GoHighLevel, NoteRequest, TagsChange, TagsRequest, TaskRequest,
};
use kinfold::wire::{Access, Fault};
use serde_json::{Value, json};

use crate::support::{LOCATION, NOW, access, contacts_of, create, id_of, told};

const NOBODY: &str = "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f";

fn ana(access: &Access) -> String {
    id_of(&create(access, r#"{"email":"ana@example.com","tags":["lead"]}"#).1)
}

#[test]
fn tags_are_added_and_removed_and_all_are_told() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let id = ana(&access);
    let change = |id: &str, change, tags: &str| {
        let request = TagsRequest::from_json(tags);
        told(request.and_then(|request| ghl.change_tags(id, change, &request)))
    };
    let added = change(&id, TagsChange::Add, r#"{"tags":["vip","LEAD"]}"#);
    assert_eq!(
        added,
        (201, json!({ "tags": ["lead", "vip"] })),
        "case makes no difference"
    );
    let removed = change(&id, TagsChange::Remove, r#"{"tags":["Lead","nothing"]}"#);
    assert_eq!(removed, (200, json!({ "tags": ["vip"] })));
    assert_eq!(
        change(NOBODY, TagsChange::Add, r#"{"tags":["vip"]}"#).0,
        404
    );
    assert_eq!(change(&id, TagsChange::Add, "{}").0, 422);
}

#[test]
fn tags_of_many_change_in_one_transaction() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let ana = ana(&access);
    let ben = id_of(&create(&access, r#"{"email":"ben@example.com","tags":["a"]}"#).1);
    let change = |kind: &str, body: Value| {
        let request = BulkTagsRequest::from_json(&body.to_string());
        told(
            request.and_then(|request| ghl.change_many_tags(kind.parse::<TagsChange>()?, &request)),
        )
    };
    let body =
        json!({ "contacts": [ana, NOBODY, ben], "tags": ["a", "b"], "locationId": LOCATION });
    let (status, done) = change("add", body.clone());
    assert_eq!(
        (status, &done["succeded"], &done["errorCount"]),
        (201, &json!(false), &json!(1))
    );
    assert_eq!(
        done["responses"][0],
        json!({ "contactId": ana, "message": "Tags updated", "type": "success",
                "oldTags": ["lead"], "tagsAdded": ["a", "b"], "tagsRemoved": [] })
    );
    assert_eq!(done["responses"][1]["type"], "error");
    assert_eq!(done["responses"][2]["tagsAdded"], json!(["b"]));

    let (_, done) = change(
        "remove",
        json!({ "contacts": [ana], "tags": ["a"], "locationId": LOCATION }),
    );
    assert_eq!(
        (&done["succeded"], &done["errorCount"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(done["responses"][0]["tagsRemoved"], json!(["a"]));
    let body = json!({ "contacts": [ana, ben], "removeAllTags": true, "locationId": LOCATION });
    assert_eq!(change("remove", body).0, 201);
    let tags = |id: &str| {
        contacts_of(&access)
            .get(id.parse().unwrap())
            .unwrap()
            .fields
            .tags
    };
    assert!(tags(&ana).is_empty() && tags(&ben).is_empty());

    // Tags that can't be kept change nobody's.
    let long = "x".repeat(300);
    let body = json!({ "contacts": [ana, ben], "tags": ["ok", long], "locationId": LOCATION });
    assert_eq!(change("add", body).0, 422);
    assert!(tags(&ana).is_empty());
    let elsewhere = json!({ "contacts": [ana], "tags": ["x"], "locationId": "elsewhere" });
    assert_eq!(change("add", elsewhere).0, 403);
    let neither = json!({ "contacts": [ana], "tags": ["x"] });
    assert_eq!(change("replace", neither).0, 422);
}

#[test]
fn followers_come_and_go() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let id = ana(&access);
    let request = |json| FollowersRequest::from_json(json).unwrap();
    let added = told(ghl.add_followers(&id, &request(r#"{"followers":["maria","joe","maria"]}"#)));
    let both = json!(["maria", "joe"]);
    assert_eq!(
        added,
        (201, json!({ "followers": both, "followersAdded": both }))
    );
    let again = told(ghl.add_followers(&id, &request(r#"{"followers":["joe","ann"]}"#)));
    assert_eq!(again.1["followersAdded"], json!(["ann"]));
    let removed = told(ghl.remove_followers(&id, &request(r#"{"followers":["joe","bob"]}"#)));
    let expected = json!({ "followers": ["maria", "ann"], "followersRemoved": ["joe"] });
    assert_eq!(removed, (200, expected));
    assert_eq!(
        told(ghl.add_followers(NOBODY, &request(r#"{"followers":[]}"#))).0,
        404
    );
}

#[test]
fn notes_are_written_read_changed_and_deleted() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let id = ana(&access);
    let request = |json| NoteRequest::from_json(json).unwrap();
    let body = r##"{"userId":"maria","body":"Call in the morning.","title":"Calls","color":"#ffcc00","pinned":true}"##;
    let (status, made) = told(ghl.add_note(&id, &request(body)));
    let note = made["note"]["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": note, "body": "Call in the morning.", "userId": "maria", "dateAdded": NOW,
        "contactId": id, "title": "Calls", "color": "#ffcc00", "pinned": true,
    });
    assert_eq!((status, &made["note"]), (201, &expected));
    assert_eq!(
        told(ghl.note(&id, &note)),
        (200, json!({ "note": expected }))
    );
    assert_eq!(told(ghl.notes(&id)), (200, json!({ "notes": [expected] })));

    let changed = request(r#"{"body":"Call in the evening.","title":null,"pinned":false}"#);
    let (status, changed) = told(ghl.update_note(&id, &note, &changed));
    assert_eq!(
        (status, &changed["note"]["body"]),
        (200, &json!("Call in the evening."))
    );
    assert!(changed["note"].get("title").is_none());
    assert_eq!(changed["note"]["pinned"], false);

    assert_eq!(told(ghl.add_note(&id, &request("{}"))).0, 422);
    assert_eq!(told(ghl.note(&id, NOBODY)).0, 404);
    assert_eq!(told(ghl.note(&id, "no id")).0, 404);
    assert_eq!(told(ghl.notes(NOBODY)).0, 404);
    let deleted = told(ghl.delete_note(&id, &note));
    assert_eq!(deleted, (200, json!({ "succeded": true })));
    assert_eq!(told(ghl.delete_note(&id, &note)).0, 404);
    assert_eq!(told(ghl.notes(&id)).1, json!({ "notes": [] }));
}

#[test]
fn tasks_are_written_done_and_deleted() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let id = ana(&access);
    let request = |json| TaskRequest::from_json(json);
    let add = |json| told(request(json).and_then(|request| ghl.add_task(&id, &request)));
    let (status, made) = add(
        r#"{"title":"Send it","body":"by post","dueDate":"2020-10-25T11:00:00Z","completed":false,
            "assignedTo":"maria"}"#,
    );
    let task = made["task"]["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": task, "title": "Send it", "body": "by post", "assignedTo": "maria",
        "dueDate": "2020-10-25T11:00:00.000Z", "completed": false, "contactId": id,
    });
    assert_eq!((status, &made["task"]), (201, &expected));
    assert_eq!(told(ghl.tasks(&id)), (200, json!({ "tasks": [expected] })));
    assert_eq!(
        told(ghl.task(&id, &task)),
        (200, json!({ "task": expected }))
    );

    let done = request(r#"{"completed":true}"#).unwrap();
    let (status, body) = told(ghl.complete_task(&id, &task, &done));
    assert_eq!((status, &body["task"]["completed"]), (200, &json!(true)));
    let nothing = request("{}").unwrap();
    assert_eq!(told(ghl.complete_task(&id, &task, &nothing)).0, 422);
    let later = request(r#"{"dueDate":"2020-11-01","assignedTo":null}"#).unwrap();
    let (_, body) = told(ghl.update_task(&id, &task, &later));
    assert_eq!(body["task"]["dueDate"], "2020-11-01T00:00:00.000Z");
    assert!(body["task"].get("assignedTo").is_none());
    assert_eq!(body["task"]["completed"], true, "what is not named stays");

    for missing in [
        r#"{"dueDate":"2020-10-25T11:00:00Z","completed":false}"#,
        r#"{"title":"x","completed":false}"#,
        r#"{"title":"x","dueDate":"2020-10-25T11:00:00Z"}"#,
        r#"{"title":"x","dueDate":"tomorrow","completed":false}"#,
    ] {
        assert_eq!(add(missing).0, 422, "{missing}");
    }
    assert_eq!(
        told(ghl.delete_task(&id, &task)),
        (200, json!({ "succeded": true }))
    );
    assert_eq!(told(ghl.task(&id, &task)).0, 404);
}

#[test]
fn a_business_has_its_contacts() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let people: Vec<String> = (0..3)
        .map(|number| {
            let body = json!({ "email": format!("{number}@example.com") }).to_string();
            id_of(&create(&access, &body).1)
        })
        .collect();
    let change = |body: Value| {
        let request = BusinessRequest::from_json(&body.to_string());
        told(request.and_then(|request| ghl.change_business(&request)))
    };
    let body = json!({ "locationId": LOCATION, "ids": people, "businessId": "b-1" });
    assert_eq!(
        change(body),
        (200, json!({ "success": true, "ids": people }))
    );
    let list = |limit: &str, skip: &str| {
        let request = BusinessList {
            location_id: Some(LOCATION.to_owned()),
            limit: Some(limit.to_owned()),
            skip: Some(skip.to_owned()),
        };
        told(ghl.of_business("b-1", &request))
    };
    let (status, page) = list("2", "1");
    assert_eq!((status, &page["count"]), (200, &json!(3)));
    let ids: Vec<&str> = page["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| contact["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        people[1..].iter().map(String::as_str).collect::<Vec<_>>()
    );
    assert_eq!(list("0", "").0, 422);
    assert_eq!(list("1000", "").0, 422);
    assert_eq!(list("", "-1").0, 422);

    // One who is not there: nobody is changed.
    let body = json!({ "ids": [people[0], NOBODY], "businessId": "b-2" });
    assert_eq!(change(body).0, 404);
    assert_eq!(list("", "").1["count"], 3);
    let body = json!({ "ids": [people[0]], "businessId": null });
    assert_eq!(change(body).0, 200);
    assert_eq!(list("", "").1["count"], 2);
    assert_eq!(change(json!({ "ids": [people[0]] })).0, 422);
}

#[test]
fn definitions_are_listed_changed_and_deleted() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let request = |json| DefinitionRequest::from_json(json);
    let define = |json| told(request(json).and_then(|request| ghl.define(LOCATION, &request)));
    let body = r#"{"name":"Größe in cm!","dataType":"NUMERICAL","model":"contact"}"#;
    let (_, made) = define(body);
    let made = &made["customField"];
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["fieldKey"], "contact.größe_in_cm");
    assert!(made.get("placeholder").is_none());
    assert_eq!(told(ghl.definition(LOCATION, id)).1["customField"], *made);
    assert_eq!(
        told(ghl.definition(LOCATION, "contact.größe_in_cm")).1["customField"],
        *made
    );

    let choice = r#"{"name":"Plan","dataType":"RADIO","textBoxListOptions":[{"label":"gold","prefillValue":""},"silver"]}"#;
    assert_eq!(
        define(choice).1["customField"]["picklistOptions"],
        json!(["gold", "silver"])
    );
    let (_, list) = told(ghl.definitions(LOCATION, Some("contact")));
    assert_eq!(list["customFields"].as_array().unwrap().len(), 2);
    let (_, none) = told(ghl.definitions(LOCATION, Some("opportunity")));
    assert_eq!(none, json!({ "customFields": [] }));

    let changed = request(r#"{"name":"Height","placeholder":"in cm","position":7}"#).unwrap();
    let (status, changed) = told(ghl.redefine(LOCATION, id, &changed));
    let changed = &changed["customField"];
    assert_eq!((status, &changed["name"]), (200, &json!("Height")));
    assert_eq!(changed["fieldKey"], "contact.größe_in_cm", "its key stays");
    assert_eq!(
        (&changed["position"], &changed["placeholder"]),
        (&json!(7), &json!("in cm"))
    );

    for refused in [
        r#"{"name":"Plan","dataType":"TEXT"}"#,
        r#"{"name":"x"}"#,
        r#"{"dataType":"TEXT"}"#,
        r#"{"name":"!!!","dataType":"TEXT"}"#,
        r#"{"name":"x","dataType":"COLOUR"}"#,
        r#"{"name":"x","dataType":"TEXT","options":["a"]}"#,
        r#"{"name":"x","dataType":"RADIO","options":["a","a"]}"#,
        r#"{"name":"x","dataType":"TEXT","model":"opportunity"}"#,
    ] {
        assert_eq!(define(refused).0, 422, "{refused}");
    }
    assert_eq!(told(ghl.definition(LOCATION, NOBODY)).0, 404);
    assert_eq!(told(ghl.definitions("elsewhere", None)).0, 403);
    assert_eq!(told(ghl.delete_definition(LOCATION, id)).0, 200);
    assert_eq!(told(ghl.delete_definition(LOCATION, id)).0, 404);
}

#[test]
fn what_is_not_kept_here_says_so() {
    let access = access();
    let fault = GoHighLevel::new(&access)
        .unsupported("Appointments")
        .unwrap_err();
    assert!(matches!(fault, Fault::Unsupported(_)));
    let (status, body) = told(Err(fault));
    assert_eq!(status, 501);
    assert_eq!(
        body,
        json!({ "statusCode": 501, "message": "Appointments are not kept here",
                "error": "Not Implemented" })
    );
}
