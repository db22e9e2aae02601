//! How many bytes a contact takes, beside the values of its rows.

use rusqlite::Connection;

use super::super::stores::{self, Stores};
use super::heading;

pub fn print(stores: &mut Stores, size: u64) {
    heading("bytes", size);
    let filled = stores.filled(size);
    let connection = Connection::open(filled.join("contacts.db")).unwrap();
    let contacts = f64::from(u32::try_from(size).unwrap());
    let number = |sql: &str| -> f64 { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
    let all =
        number("SELECT page_count * 1.0 * page_size FROM pragma_page_count, pragma_page_size");

    // The same values as plain rows: no index, no log, nothing else.
    let plain = tempfile::tempdir_in(stores::root()).unwrap();
    let path = plain.path().join("rows.db");
    connection
        .execute("ATTACH ?1 AS plain", [path.to_str().unwrap()])
        .unwrap();
    connection
        .execute_batch(
            "CREATE TABLE plain.contact AS SELECT * FROM main.contact;
             CREATE TABLE plain.identifier AS SELECT * FROM main.identifier;",
        )
        .unwrap();
    let rows = number(
        "SELECT page_count * 1.0 * page_size
         FROM pragma_page_count('plain'), pragma_page_size('plain')",
    );
    println!(
        "bytes a contact: {:.0}; as plain rows {:.0}; ratio {:.2}",
        all / contacts,
        rows / contacts,
        all / rows
    );

    let mut select = connection
        .prepare("SELECT name, sum(pgsize), sum(unused) FROM dbstat GROUP BY name ORDER BY 2 DESC")
        .unwrap();
    let mut shares = select.query([]).unwrap();
    while let Some(share) = shares.next().unwrap() {
        let name: String = share.get(0).unwrap();
        let [bytes, unused] = [1, 2].map(|column| share.get::<_, f64>(column).unwrap());
        if bytes > all / 1_000.0 {
            let (each, unused) = (bytes / contacts, unused / contacts);
            println!(
                "{name:40} {each:8.1} {:5.1} %   (unused {unused:.1})",
                100.0 * bytes / all
            );
        }
    }
}
