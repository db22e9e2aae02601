//! Starting, stopping, and clients that don't behave.

use std::io::{BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use super::server::{Server, TOKEN, answer, request};
use super::support::Desk;
use super::{changes, only_contact};

fn terminate(server: &Server) {
    let id = server.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
}

#[test]
fn health_and_document_need_no_key() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let health = server.send("GET", "/health", &[], b"");
    assert_eq!(
        (health.status, health.body.as_str()),
        (200, r#"{"status":"ok"}"#)
    );
    let document = server.send("GET", "/openapi.json", &[], b"");
    assert_eq!(document.status, 200);
    assert!(document.json()["paths"]["/v1/contacts/resolve"]["post"].is_object());
}

#[test]
fn a_path_may_end_in_a_slash() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let first = server.bland("/v1/contacts/resolve/", r#"{"email":"a@example.com"}"#);
    let second = server.bland("/v1/contacts/resolve", r#"{"email":"a@example.com"}"#);
    assert_eq!(
        first.json()["data"]["contact"],
        second.json()["data"]["contact"]
    );
}

#[test]
fn without_a_key_one_is_made_up_and_printed() {
    let desk = Desk::new();
    let server = Server::start_with(&desk, &[]);
    let printed = server.stderr_lines(2);
    let key = printed
        .lines()
        .find_map(|line| line.strip_prefix("key: "))
        .unwrap();
    assert_eq!(key.len(), 64);
    let body = br#"{"email":"a@example.com"}"#;
    let answer = server.send(
        "POST",
        "/v1/contacts/resolve",
        &[("authorization", key)],
        body,
    );
    assert_eq!(answer.status, 200);
    assert_eq!(server.bland("/v1/contacts/resolve", "{}").status, 401);
}

#[cfg(unix)]
#[test]
fn it_stops_when_told_and_finishes_what_has_begun() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let idle = server.connect();
    let mut slow = server.connect();
    let body = br#"{"email":"slow@example.com"}"#;
    let head = format!(
        "POST /v1/contacts/resolve HTTP/1.1\r\nHost: x\r\nauthorization: {TOKEN}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    slow.write_all(&body[..10]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    terminate(&server);
    std::thread::sleep(Duration::from_millis(300));
    assert!(std::net::TcpStream::connect(server.address).is_err());
    slow.write_all(&body[10..]).unwrap();
    let mut reader = BufReader::new(slow);
    let last = answer(&mut reader);
    assert_eq!(last.status, 200);
    // Nobody is kept in after that.
    assert_eq!(reader.read(&mut [0; 1]).unwrap(), 0);
    drop(idle);
    let (status, stderr) = server.wait();
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stderr.ends_with("stopped\n"), "{stderr}");
    assert_eq!(only_contact(&desk)["emails"][0]["key"], "slow@example.com");
}

#[test]
fn a_client_that_is_too_slow_is_given_up() {
    let desk = Desk::new();
    let server = Server::start(&desk, &["--timeout", "1"]);
    let began = Instant::now();
    let mut head_only = server.connect();
    head_only
        .write_all(b"POST /v1/contacts/resolve HT")
        .unwrap();
    let mut body_missing = server.connect();
    let head = format!(
        "POST /v1/contacts/resolve HTTP/1.1\r\nHost: x\r\nauthorization: {TOKEN}\r\nContent-Length: 30\r\n\r\n{{"
    );
    body_missing.write_all(head.as_bytes()).unwrap();
    let late = answer(&mut BufReader::new(body_missing));
    assert_eq!(late.status, 408);
    assert_eq!(
        late.body,
        r#"{"data":null,"errors":[{"error":"REQUEST_TIMEOUT","message":"The request took too long"}]}"#
    );
    let mut rest = Vec::new();
    let _ = head_only.read_to_end(&mut rest);
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(changes(&desk, &[]), 0);
}

#[test]
fn a_client_that_takes_no_answer_is_given_up() {
    let desk = Desk::new();
    let server = Server::start(&desk, &["--timeout", "1"]);
    let whole = server.send("GET", "/openapi.json", &[], b"").body.len();
    let mut stream = server.connect();
    // Far more than lies between the two in any system's buffers.
    let asked = (64 << 20) / whole;
    let requests = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(asked);
    let mut writer = stream.try_clone().unwrap();
    let feeder = std::thread::spawn(move || writer.write_all(requests.as_bytes()));
    std::thread::sleep(Duration::from_secs(4));
    let mut taken = Vec::new();
    let _ = stream.read_to_end(&mut taken);
    let _ = feeder.join().unwrap();
    assert!(
        taken.len() < asked * whole,
        "{} of {asked} answers",
        taken.len() / whole
    );
}

#[test]
fn a_body_that_is_too_large_is_refused_unread() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let refused = r#"{"data":null,"errors":[{"error":"CONTENT_TOO_LARGE","message":"The body is larger than 1048576 bytes"}]}"#;

    // A hundred megabytes are announced, and none of them is needed for the answer.
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/contacts/resolve HTTP/1.1\r\nHost: x\r\nauthorization: {TOKEN}\r\nContent-Length: 104857600\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let large = answer(&mut BufReader::new(stream));
    assert_eq!((large.status, large.body.as_str()), (413, refused));

    // Somebody who sends all of them regardless is hung up on.
    let mut stream = server.connect();
    stream.write_all(head.as_bytes()).unwrap();
    let megabyte = vec![b' '; 1 << 20];
    let sent = (0..100).take_while(|_| stream.write_all(&megabyte).is_ok());
    assert!(sent.count() < 100);

    // One that is sent before anybody looks for the answer gets it, too.
    let body = vec![b' '; 3 << 20];
    let large = server.send(
        "POST",
        "/v1/contacts/resolve",
        &[("authorization", TOKEN)],
        &body,
    );
    assert_eq!((large.status, large.body.as_str()), (413, refused));

    // Without a length it is read as far as it may go.
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/contacts/resolve HTTP/1.1\r\nHost: x\r\nauthorization: {TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 16, " ".repeat(1 << 16));
    for _ in 0..20 {
        if stream.write_all(chunk.as_bytes()).is_err() {
            break;
        }
    }
    let large = answer(&mut BufReader::new(stream));
    assert_eq!((large.status, large.body.as_str()), (413, refused));
    assert_eq!(changes(&desk, &[]), 0);
}

#[test]
fn one_connection_serves_many_requests() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let mut stream = server.connect();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    for _ in 0..20 {
        let body = br#"{"email":"a@example.com"}"#;
        request(
            &mut stream,
            "POST",
            "/v1/contacts/resolve",
            &[("authorization", TOKEN)],
            body,
        );
        assert_eq!(answer(&mut reader).status, 200);
    }
    assert_eq!(changes(&desk, &[]), 1);
}

#[test]
fn the_access_log_says_what_was_asked_and_nothing_of_whom() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let key = [("authorization", TOKEN)];
    server.bland(
        "/v1/contacts/resolve",
        r#"{"email":"ana@example.com","name":"Ana"}"#,
    );
    let id = "0198c5a2-7b1e-7cc3-98c4-dc0c0c07398f";
    server.send("GET", &format!("/v1/memory/contact/{id}"), &key, b"");
    let query = "/v1/memory/context?contact_id=ana@example.com&persona_id=ann";
    server.send("GET", query, &key, b"");
    server.send("GET", "/ana@example.com", &key, b"");
    server.send("PATCH", "/v1/contacts/resolve", &key, b"");
    let log = server.stderr_lines(6);
    let lines: Vec<Vec<&str>> = log
        .lines()
        .skip(1)
        .map(|line| line.split(' ').collect())
        .collect();
    let said: Vec<String> = lines.iter().map(|words| words[1..4].join(" ")).collect();
    assert_eq!(
        said,
        [
            "POST /v1/contacts/resolve 200",
            "GET /v1/memory/contact/{memory_id} 404",
            "GET /v1/memory/context 400",
            "GET - 404",
            "PATCH /v1/contacts/resolve 405",
        ]
    );
    assert!(!log.to_lowercase().contains("ana") && !log.contains(id) && !log.contains(TOKEN));

    let quiet = Server::start(&desk, &["--no-access-log"]);
    quiet.bland("/v1/contacts/resolve", "{}");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(quiet.stderr_lines(1).lines().count(), 1);
}

/// A service that can't listen says whether it has made up a key, and ends.
#[test]
fn a_key_comes_from_the_environment_unless_it_is_empty() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let start = |key: &str| {
        let mut command = desk.command();
        command.env("KINFOLD_TOKEN", key);
        let arguments = ["serve", "--listen", &address];
        let output = command.args(arguments).output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), printed)
    };
    let (status, printed) = start("");
    assert_eq!(status, Some(1), "{printed}");
    assert!(printed.contains("key: "), "{printed}");
    let (status, printed) = start("a-key");
    assert_eq!(status, Some(1), "{printed}");
    assert!(!printed.contains("key: "), "{printed}");
    let (status, printed) = start("not a-key");
    assert_eq!(status, Some(2), "{printed}");
    assert!(!printed.contains("a-key"), "{printed}");
}
