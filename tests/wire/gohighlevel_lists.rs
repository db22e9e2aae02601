//! Lists and searches.

#[cfg(feature = "search")]
use kinfold::Kinfold;
use kinfold::wire::Access;
use kinfold::wire::gohighlevel::{
    DefinitionRequest, DuplicateRequest, FindRequest, GoHighLevel, ListRequest, SearchBody,
};
use serde_json::{Value, json};

use crate::support::{LOCATION, access, create, id_of, told};
#[cfg(feature = "search")]
use crate::support::{access_to, update};

/// Five people, in this order.
fn people(access: &Access) -> Vec<String> {
    let bodies = [
        json!({ "email": "ana@example.com", "firstName": "Ana", "lastName": "Ruiz",
                "tags": ["lead", "vip"], "city": "Lisbon", "country": "PT", "dnd": true,
                "dateOfBirth": "1990-09-25" }),
        json!({ "email": "ben@example.com", "phone": "+14155550102", "firstName": "Ben",
                "tags": ["lead"], "companyName": "Acme" }),
        json!({ "phone": "+14155550103", "firstName": "Cem", "city": "Porto" }),
        json!({ "email": "dora@example.org", "firstName": "dora", "companyName": "ACME Corp",
                "dateOfBirth": "1985-01-02" }),
        json!({ "email": "eve@example.org", "name": "Eve & Söhne", "assignedTo": "maria" }),
    ];
    let each = bodies
        .iter()
        .map(|body| id_of(&create(access, &body.to_string()).1));
    each.collect()
}

fn ids(body: &Value) -> Vec<String> {
    let contacts = body["contacts"].as_array().unwrap().iter();
    contacts
        .map(|contact| contact["id"].as_str().unwrap().to_owned())
        .collect()
}

fn list(access: &Access, change: impl FnOnce(&mut ListRequest)) -> (u16, Value) {
    let mut request = ListRequest {
        location_id: Some(LOCATION.to_owned()),
        ..ListRequest::default()
    };
    change(&mut request);
    let ghl = GoHighLevel::new(access).at("http://127.0.0.1:8787");
    told(ghl.list(&request))
}

#[test]
fn a_list_goes_on_where_its_page_ended() {
    let access = access();
    let people = people(&access);
    let text = |text: &str| Some(text.to_owned());
    let (status, first) = list(&access, |request| request.limit = text("2"));
    assert_eq!((status, ids(&first)), (200, people[..2].to_vec()));
    assert_eq!(first["count"], 5);
    let added = first["contacts"][1]["dateAdded"].as_str().unwrap();
    let added = added
        .parse::<kinfold::Timestamp>()
        .unwrap()
        .as_milliseconds();
    let url = format!(
        "http://127.0.0.1:8787/contacts/?locationId={LOCATION}&limit=2&startAfter={added}&startAfterId={}",
        people[1]
    );
    assert_eq!(
        first["meta"],
        json!({ "total": 5, "nextPageUrl": url, "startAfterId": people[1], "startAfter": added,
                "currentPage": 1, "nextPage": 2, "prevPage": null })
    );

    let (_, second) = list(&access, |request| {
        request.limit = text("2");
        request.start_after_id = text(&people[1]);
    });
    assert_eq!(ids(&second), people[2..4]);
    assert_eq!(second["meta"]["currentPage"], 2);
    assert_eq!(second["meta"]["prevPage"], 1);
    // Who ended the page has gone: the next one is still the next one.
    told(GoHighLevel::new(&access).delete(&people[3]));
    let (_, last) = list(&access, |request| {
        request.limit = text("2");
        request.start_after_id = text(&people[3]);
    });
    assert_eq!(ids(&last), people[4..]);
    assert_eq!(last["meta"]["nextPageUrl"], Value::Null);
    assert_eq!(last["meta"]["nextPage"], Value::Null);
}

/// Contacts of one import have one moment.
#[test]
fn a_list_does_not_go_on_behind_a_moment_alone() {
    let access = access();
    let people = people(&access);
    for moment in ["0", "1630403981937", "soon"] {
        for id in [None, Some(String::new())] {
            let (status, refused) = list(&access, |request| {
                request.start_after = Some(moment.to_owned());
                request.start_after_id = id;
            });
            assert_eq!(status, 422, "{moment}");
            let said = refused["message"][0].as_str().unwrap();
            let field = if moment == "soon" {
                "startAfter "
            } else {
                "startAfterId "
            };
            assert!(said.starts_with(field), "{said}");
        }
    }
    let (_, all) = list(&access, |request| request.start_after = Some(String::new()));
    assert_eq!(ids(&all), people);
}

#[test]
fn a_list_refuses_what_is_out_of_bounds() {
    let access = access();
    people(&access);
    for limit in ["0", "101", "-1", "x", "1.5"] {
        let (status, _) = list(&access, |request| request.limit = Some(limit.to_owned()));
        assert_eq!(status, 422, "{limit}");
    }
    for id in ["nobody", "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f"] {
        let (status, _) = list(&access, |request| {
            request.start_after_id = Some(id.to_owned())
        });
        assert_eq!(status, 422, "{id}");
    }
    for (location, expected) in [("other", 403), ("", 200), (" ", 200)] {
        let (status, _) = list(&access, |request| {
            request.location_id = Some(location.to_owned())
        });
        assert_eq!(status, expected, "{location:?}");
    }
}

#[cfg(feature = "search")]
#[test]
fn a_list_may_have_a_query() {
    let access = access();
    let people = people(&access);
    let of = |query: &str| {
        let query = Some(query.to_owned());
        list(&access, |request| request.query = query)
    };
    assert_eq!(ids(&of("ana").1), people[..1]);
    assert_eq!(ids(&of("acme").1).len(), 2);
    assert_eq!(of("nobody at all").1["count"], 0);
    let (_, first) = list(&access, |request| {
        request.query = Some("example".to_owned());
        request.limit = Some("3".to_owned());
    });
    assert_eq!((ids(&first).len(), &first["meta"]["total"]), (3, &json!(4)));
    let url = first["meta"]["nextPageUrl"].as_str().unwrap();
    assert!(url.contains("&query=example&limit=3&"), "{url}");
    let last = first["meta"]["startAfterId"].as_str().unwrap().to_owned();
    let (_, second) = list(&access, |request| {
        request.query = Some("example".to_owned());
        request.limit = Some("3".to_owned());
        request.start_after_id = Some(last);
    });
    assert_eq!(ids(&second).len(), 1);
    let (_, odd) = list(&access, |request| {
        request.query = Some("Söhne &".to_owned());
        request.limit = Some("1".to_owned());
    });
    assert_eq!(ids(&odd), people[4..]);
}

/// Who reads a page, changes everybody on it and goes on sees each of them once.
#[cfg(feature = "search")]
#[test]
fn a_query_goes_on_where_its_page_ended() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let access = access_to(&kinfold, LOCATION);
    let page = |after: Option<String>| {
        list(&access, |request| {
            request.query = Some("same".to_owned());
            request.limit = Some("3".to_owned());
            request.start_after_id = after;
        })
    };
    let people: Vec<String> = (0..10)
        .map(|number| {
            let body = format!(r#"{{"email":"{number}@example.com","firstName":"Same"}}"#);
            id_of(&create(&access, &body).1)
        })
        .collect();
    let other = id_of(&create(&access, r#"{"email":"eve@example.com"}"#).1);
    let (mut seen, mut after) = (Vec::new(), None);
    for number in 1..=4 {
        let (status, found) = page(after.take());
        assert_eq!(status, 200, "{found}");
        assert_eq!(found["meta"]["currentPage"], number);
        assert_eq!(found["meta"]["nextPage"].is_null(), number == 4);
        for id in ids(&found) {
            update(&access, &id, r#"{"city":"Lisbon"}"#);
            seen.push(id);
        }
        after = found["meta"]["startAfterId"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, people);

    told(GoHighLevel::new(&access).delete(&people[2]));
    let (status, next) = page(Some(people[2].clone()));
    assert_eq!((status, ids(&next)), (200, people[3..6].to_vec()));
    assert_eq!(next["meta"]["total"], 9);
    // Who never was among the hits has a place among them all the same.
    assert_eq!(page(Some(other)), page(Some(people[9].clone())));
    assert_eq!(
        page(Some("0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f".to_owned())).0,
        422
    );
}

#[test]
fn somebody_is_found_by_email_phone_or_name() {
    let access = access();
    let people = people(&access);
    let find = |request: FindRequest| told(GoHighLevel::new(&access).find(&request));
    let email = |email: &str| FindRequest {
        email: Some(email.to_owned()),
        ..FindRequest::default()
    };
    assert_eq!(ids(&find(email("BEN@example.com")).1), people[1..2]);
    assert_eq!(
        find(email("nobody@example.com")),
        (200, json!({ "contacts": [] }))
    );
    assert_eq!(find(email("nobody")).0, 422);
    assert_eq!(find(FindRequest::default()).0, 422);
    let phone = FindRequest {
        phone: Some(" 14155550103".to_owned()),
        ..FindRequest::default()
    };
    assert_eq!(ids(&find(phone).1), people[2..3]);
    let number = |number: &str| FindRequest {
        number: Some(number.to_owned()),
        ..FindRequest::default()
    };
    assert_eq!(ids(&find(number("+14155550103")).1), people[2..3]);
    let (status, refused) = find(number("bad"));
    assert_eq!(
        (status, &refused["message"]),
        (422, &json!(["number: it is not one phone number"]))
    );
}

#[test]
fn a_duplicate_is_looked_for_by_email_and_then_by_phone() {
    let access = access();
    let by_email = id_of(&create(&access, r#"{"email":"ana@example.com"}"#).1);
    let by_phone = id_of(&create(&access, r#"{"phone":"+14155550101"}"#).1);
    let look = |email: &str, number: &str| {
        told(GoHighLevel::new(&access).duplicate(&DuplicateRequest {
            location_id: Some(LOCATION.to_owned()),
            email: Some(email.to_owned()),
            number: Some(number.to_owned()),
        }))
    };
    let found = |email, number| {
        let (status, body) = look(email, number);
        assert_eq!(status, 200);
        body["contact"]["id"].as_str().map(str::to_owned)
    };
    assert_eq!(found("ana@example.com", "+14155550101"), Some(by_email));
    assert_eq!(
        found("nobody@example.com", "+14155550101"),
        Some(by_phone.clone())
    );
    assert_eq!(
        found("", " 14155550101"),
        Some(by_phone),
        "a plus that was not encoded"
    );
    assert_eq!(
        look("nobody@example.com", ""),
        (200, json!({ "contact": null }))
    );
    assert_eq!(look("", "").0, 422);
    assert_eq!(look("nobody", "").0, 422);
    let (status, refused) = look("", "bad");
    assert_eq!(
        (status, &refused["message"]),
        (422, &json!(["number: it is not one phone number"]))
    );
}

fn search(access: &Access, body: &Value) -> (u16, Value) {
    let request = SearchBody::from_json(&body.to_string());
    told(request.and_then(|request| GoHighLevel::new(access).search(&request)))
}

#[test]
fn filters_let_through_whom_they_describe() {
    let access = access();
    let people = people(&access);
    let one = |field: &str, operator: &str, value: Value| json!([{ "field": field, "operator": operator, "value": value }]);
    #[rustfmt::skip]
    let cases: Vec<(Value, &[usize])> = vec![
        (json!([]), &[0, 1, 2, 3, 4]),
        (one("email", "eq", json!("ANA@example.com")), &[0]),
        (one("email", "eq", json!(["ana@example.com", "eve@example.org"])), &[0, 4]),
        (one("email", "eq", json!(["ana@ｅxample.com", "nobody"])), &[0]),
        (one("email", "not_eq", json!("ana@example.com")), &[1, 2, 3, 4]),
        (one("email", "not_eq", json!(["ana@ｅxample.com", "eve@example.org"])), &[1, 2, 3]),
        (one("email", "contains", json!("example.org")), &[3, 4]),
        (one("email", "exists", json!(null)), &[0, 1, 3, 4]),
        (one("phone", "not_exists", json!(null)), &[0, 3, 4]),
        (one("phone", "eq", json!("+1 (415) 555-0103")), &[2]),
        (one("phone", "eq", json!(["+1 (415) 555-0103"])), &[2]),
        (one("phone", "eq", json!(["+1 (415) 555-0103", "+1 415 555 0102", "none"])), &[1, 2]),
        (one("phone", "not_eq", json!(["+1 (415) 555-0103", "+14155550199"])), &[0, 1, 3, 4]),
        (one("phone", "contains", json!("555-0103")), &[2]),
        (one("tags", "eq", json!("Lead")), &[0, 1]),
        (one("tags", "not_eq", json!("vip")), &[1, 2, 3, 4]),
        (one("tags", "exists", json!(null)), &[0, 1]),
        (one("companyName", "eq", json!("acme")), &[1]),
        (one("companyName", "contains", json!("acme")), &[1, 3]),
        (one("firstNameLowerCase", "eq", json!("dora")), &[3]),
        (one("country", "eq", json!("pt")), &[0]),
        (one("dnd", "eq", json!(true)), &[0]),
        (one("assignedTo", "eq", json!("maria")), &[4]),
        (one("id", "eq", json!(people[2])), &[2]),
        (one("dateOfBirth", "range", json!({"gte":"1985-01-02","lt":"1990-09-25"})), &[3]),
        (one("dateOfBirth", "eq", json!("1990-09-25")), &[0]),
        (one("dateOfBirth", "gt", json!("1986-01-01T00:00:00Z")), &[0]),
        (one("dateAdded", "eq", json!("2021-08-31")), &[0, 1, 2, 3, 4]),
        (one("dateAdded", "lt", json!(0)), &[]),
        (json!([{ "field": "tags", "operator": "eq", "value": "lead" },
                { "field": "city", "operator": "exists" }]), &[0]),
        (json!([{ "group": "OR", "filters": [
            { "field": "city", "operator": "eq", "value": "porto" },
            { "group": "AND", "filters": [
                { "field": "tags", "operator": "eq", "value": "lead" },
                { "field": "companyName", "operator": "exists" }] }] }]), &[1, 2]),
        (json!([{ "group": "OR", "filters": [] }]), &[0, 1, 2, 3, 4]),
    ];
    for (filters, expected) in cases {
        let body =
            json!({ "locationId": LOCATION, "page": 1, "pageLimit": 20, "filters": filters });
        let (status, found) = search(&access, &body);
        let expected: Vec<String> = expected.iter().map(|at| people[*at].clone()).collect();
        assert_eq!(status, 200, "{filters} {found}");
        assert_eq!(ids(&found), expected, "{filters}");
        assert_eq!(found["total"], expected.len(), "{filters}");
    }
}

#[test]
fn searches_are_sorted_and_paged() {
    let access = access();
    let people = people(&access);
    let names = |sort: Value, page: u64| {
        let body = json!({ "locationId": LOCATION, "page": page, "pageLimit": 2, "sort": sort });
        let (status, found) = search(&access, &body);
        assert_eq!((status, &found["total"]), (200, &json!(5)), "{found}");
        ids(&found)
            .iter()
            .map(|id| people.iter().position(|other| other == id).unwrap())
            .collect::<Vec<_>>()
    };
    let by_name = json!([{ "field": "firstNameLowerCase", "direction": "desc" }]);
    assert_eq!(names(by_name.clone(), 1), [4, 3]);
    assert_eq!(names(by_name.clone(), 2), [2, 1]);
    assert_eq!(names(by_name, 3), [0]);
    // Who has no birthday is last, whichever way.
    let born = |direction| json!([{ "field": "dateOfBirth", "direction": direction }]);
    assert_eq!(names(born("asc"), 1), [3, 0]);
    assert_eq!(names(born("desc"), 1), [0, 3]);
    assert_eq!(names(born("desc"), 2), [1, 2]);
    let two = json!([{ "field": "tags" }, { "field": "firstName", "direction": "desc" }]);
    assert_eq!(names(two, 1), [1, 0]);
    assert_eq!(names(json!([]), 3), [4]);
}

#[cfg(feature = "search")]
#[test]
fn a_query_and_filters_go_together() {
    let access = access();
    let people = people(&access);
    let body = json!({ "query": "acme", "filters": [
        { "field": "email", "operator": "contains", "value": ".org" }] });
    let (_, found) = search(&access, &body);
    assert_eq!(
        (ids(&found), &found["total"]),
        (people[3..4].to_vec(), &json!(1))
    );
}

#[test]
fn a_search_that_makes_no_sense_is_refused() {
    let access = access();
    let filter = |filter: Value| json!({ "filters": [filter] });
    #[rustfmt::skip]
    let cases = [
        (json!({ "page": 0 }), "page must"),
        (json!({ "pageLimit": 501 }), "pageLimit must"),
        (json!({ "page": 21, "pageLimit": 500 }), "page: goes beyond"),
        (json!({ "page": "x" }), "page must be an integer number"),
        (json!({ "filters": {} }), "filters must be an array"),
        (json!({ "filters": [1] }), "filters.0 must be an object"),
        (filter(json!({ "operator": "eq", "value": "x" })), "field should"),
        (filter(json!({ "field": "shoeSize", "operator": "eq", "value": "x" })), "filters.0.field: "),
        (filter(json!({ "field": "email", "operator": "like", "value": "x" })), "filters.0.operator must"),
        (filter(json!({ "field": "email", "operator": "eq" })), "filters.0.value must"),
        (filter(json!({ "field": "email", "operator": "eq", "value": {} })), "filters.0.value must"),
        (filter(json!({ "field": "dateAdded", "operator": "gt", "value": "soon" })), "filters.0.value must"),
        (filter(json!({ "field": "dateAdded", "operator": "range", "value": {} })), "filters.0.value must"),
        (filter(json!({ "group": "XOR", "filters": [] })), "filters.0.group must"),
        (json!({ "sort": [{ "field": "x" }] }), "sort.0.field: "),
        (json!({ "sort": [{ "field": "email", "direction": "up" }] }), "sort.0.direction must"),
    ];
    let condition = json!({ "field": "email", "operator": "exists" });
    let any = json!({ "field": "email", "operator": "eq", "value": vec!["x"; 101] });
    let many = [
        (
            json!({ "filters": vec![condition.clone(); 101] }),
            "filters must be 100 at most",
        ),
        (
            json!({ "filters": [{ "group": "OR", "filters": vec![condition; 101] }] }),
            "filters must",
        ),
        (
            json!({ "sort": vec![json!({ "field": "email" }); 101] }),
            "sort must be 100 at most",
        ),
        (filter(any), "filters.0.value must be 100 at most"),
    ];
    for (body, begins) in cases.into_iter().chain(many) {
        let (status, refused) = search(&access, &body);
        assert_eq!(status, 422, "{body} {refused}");
        let message = refused["message"][0].as_str().unwrap();
        assert!(message.starts_with(begins), "{body}: {message}");
    }
}

/// A custom field is looked at by its id or its key, and only where it is defined.
#[test]
fn custom_fields_are_filtered_and_sorted_by() {
    let access = access();
    let ghl = GoHighLevel::new(&access);
    let define = |body: Value| {
        let request = DefinitionRequest::from_json(&body.to_string()).unwrap();
        let (_, defined) = told(ghl.define(LOCATION, &request));
        defined["customField"]["id"].as_str().unwrap().to_owned()
    };
    let size = define(json!({ "name": "Size", "dataType": "NUMERICAL" }));
    let plans = define(json!({ "name": "Plans", "dataType": "CHECKBOX" }));
    let people: Vec<String> = [
        (41, json!(["gold"])),
        (38, json!(["Silver", "gold"])),
        (44, json!([])),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, (own, chosen))| {
        let body = json!({ "email": format!("{number}@example.com"), "customFields": [
                { "id": size, "value": own }, { "id": plans, "value": chosen }] });
        id_of(&create(&access, &body.to_string()).1)
    })
    .collect();
    let found = |filters: Value| {
        let (status, found) = search(&access, &json!({ "filters": filters }));
        assert_eq!(status, 200, "{found}");
        ids(&found)
    };
    let by = |field: &str, operator: &str, value: Value| json!([{ "field": format!("customFields.{field}"), "operator": operator, "value": value }]);
    assert_eq!(found(by(&size, "eq", json!(38))), people[1..2]);
    assert_eq!(
        found(by("size", "gte", json!("41"))),
        [people[0].clone(), people[2].clone()]
    );
    assert_eq!(
        found(by("contact.plans", "eq", json!("silver"))),
        people[1..2]
    );
    assert_eq!(found(by(&plans, "not_exists", json!(null))), people[2..]);
    let body = json!({ "sort": [{ "field": "customFields.size", "direction": "desc" }] });
    let (_, sorted) = search(&access, &body);
    assert_eq!(
        ids(&sorted),
        [people[2].clone(), people[0].clone(), people[1].clone()]
    );
    let (status, _) = search(
        &access,
        &json!({ "filters": by("shoes", "exists", json!(null)) }),
    );
    assert_eq!(status, 422);
}
